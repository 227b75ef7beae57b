using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.Flood.Tests;

/// <summary>
/// Stands between the tool and a server and passes everything on. Counts what the server sends between the first and the second time that
/// the client speaks: its part of the TLS handshake.
/// </summary>
internal sealed class HandshakeProxy(IPEndPoint server) : LoopbackPeer
{
    private readonly ConcurrentQueue<int> _handshakeBytes = new();

    /// <summary>Of each connection, in the order in which the handshakes ended.</summary>
    internal IEnumerable<int> HandshakeBytes => _handshakeBytes;

    protected override async Task ServeAsync(TcpClient client)
    {
        using var outer = new TcpClient();
        await outer.ConnectAsync(server);
        var handshake = new Handshake();
        await Task.WhenAny(
            PassOnAsync(client.GetStream(), outer.GetStream(), _ =>
            {
                if (handshake.Next() == 2)
                    _handshakeBytes.Enqueue(handshake.ServerBytes);
            }),
            PassOnAsync(outer.GetStream(), client.GetStream(), handshake.Add));
    }

    private static async Task PassOnAsync(NetworkStream from, NetworkStream to, Action<int> count)
    {
        var buffer = new byte[16_384];
        for (int read; (read = await from.ReadAsync(buffer)) > 0;)
        {
            count(read);
            await to.WriteAsync(buffer.AsMemory(0, read));
        }
    }

    private sealed class Handshake
    {
        private int _clientSpoke;
        private int _serverBytes;

        internal int ServerBytes => Volatile.Read(ref _serverBytes);

        internal int Next() => Interlocked.Increment(ref _clientSpoke);

        internal void Add(int bytes) => Interlocked.Add(ref _serverBytes, bytes);
    }
}
