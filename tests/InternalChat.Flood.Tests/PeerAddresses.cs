using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.Flood.Tests;

/// <summary>A server that lets everybody in, and remembers where the connections came from.</summary>
internal sealed class PeerAddresses : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _seen = new();

    internal PeerAddresses()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal IEnumerable<string> Seen => _seen.Order();

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            _seen.Enqueue(((IPEndPoint)client.Client.RemoteEndPoint!).Address.ToString());
            _ = ServeAsync(client);
        }
    }

    private static async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        using var lines = new StreamReader(client.GetStream());
        while (await lines.ReadLineAsync() is not null)
            await client.GetStream().WriteAsync("OK authenticated\n"u8.ToArray());
    }
}
