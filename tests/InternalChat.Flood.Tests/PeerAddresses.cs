using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.Flood.Tests;

/// <summary>A server that lets everybody in, and remembers where those who log in came from.</summary>
internal sealed class PeerAddresses : LoopbackPeer
{
    private readonly ConcurrentQueue<string> _seen = new();

    internal IEnumerable<string> Seen => _seen.Order();

    protected override async Task ServeAsync(TcpClient client)
    {
        using var lines = new StreamReader(client.GetStream());
        while (await lines.ReadLineAsync() is { } line and not "QUIT")
        {
            if (line.StartsWith("AUTH", StringComparison.Ordinal))
                _seen.Enqueue(((IPEndPoint)client.Client.RemoteEndPoint!).Address.ToString());
            await client.GetStream().WriteAsync("OK authenticated\n"u8.ToArray());
        }
    }
}
