using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.Flood.Tests;

/// <summary>A server that lets everybody in, and remembers where the connections came from.</summary>
internal sealed class PeerAddresses : LoopbackPeer
{
    private readonly ConcurrentQueue<string> _seen = new();

    internal IEnumerable<string> Seen => _seen.Order();

    protected override async Task ServeAsync(TcpClient client)
    {
        _seen.Enqueue(((IPEndPoint)client.Client.RemoteEndPoint!).Address.ToString());
        using var lines = new StreamReader(client.GetStream());
        while (await lines.ReadLineAsync() is not null)
            await client.GetStream().WriteAsync("OK authenticated\n"u8.ToArray());
    }
}
