using System.Net;
using System.Net.Sockets;
using System.Text;

namespace InternalChat.Flood.Tests;

/// <summary>
/// Stands between the tool and a sound server, and passes on what clients say; in place of each of the server's lines whatever a test
/// makes of it.
/// </summary>
internal sealed class TamperingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly Func<Func<string, IEnumerable<string>?>> _tamper;

    /// <param name="server">The sound one.</param>
    /// <param name="tamper">Called once for each connection; what it returns makes zero or more lines of each line, or null to drop the connection.</param>
    internal TamperingProxy(IPEndPoint server, Func<Func<string, IEnumerable<string>?>> tamper)
    {
        _server = server;
        _tamper = tamper;
        _listener.Start();
        _ = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

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

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var inner = client;
        using var outer = new TcpClient();
        await outer.ConnectAsync(_server);
        await Task.WhenAny(
            client.GetStream().CopyToAsync(outer.GetStream()), PassOnAsync(outer.GetStream(), client.GetStream(), _tamper()));
    }

    private static async Task PassOnAsync(NetworkStream from, NetworkStream to, Func<string, IEnumerable<string>?> tamper)
    {
        using var reader = new StreamReader(from, Encoding.Latin1);
        while (await reader.ReadLineAsync() is { } line)
        {
            if (tamper(line) is not { } lines)
                return;
            foreach (var passed in lines)
                await to.WriteAsync(Encoding.Latin1.GetBytes(passed + "\n"));
        }
    }
}
