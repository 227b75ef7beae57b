using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using InternalChat.Server.Network.Transport;
using InternalChat.TestKit;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Server.Tests.Network.Transport;

/// <summary>A listener of the transport, and connections between it and plain sockets.</summary>
public abstract class TransportTest : IAsyncDisposable
{
    private readonly List<IDisposable> _sockets = [];
    private readonly TemporaryFolder _folder = new();

    private protected IConnectionListener? Listener { get; private set; }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in _sockets)
            socket.Dispose();
        if (Listener is not null)
            await Listener.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<IConnectionListener> ListenAsync(bool overUnix = false, int? sendBufferBytes = null)
    {
        EndPoint endpoint = overUnix ? new UnixDomainSocketEndPoint(_folder.File("socket")) : new IPEndPoint(IPAddress.Loopback, 0);
        var transport = new SocketTransport(Bind, 16, new Pools(), TimeProvider.System, NullLogger.Instance);
        return Listener = await transport.BindAsync(endpoint);

        Socket Bind(EndPoint place)
        {
            var socket = new Socket(place.AddressFamily, SocketType.Stream, overUnix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            socket.Bind(place);
            // Accepted ones inherit it.
            if (sendBufferBytes is { } bytes)
                socket.SendBufferSize = bytes;
            return socket;
        }
    }

    private protected Socket Connect()
    {
        var place = Listener!.EndPoint;
        var peer = new Socket(place.AddressFamily, SocketType.Stream, place is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        _sockets.Add(peer);
        peer.Connect(place);
        return peer;
    }

    private protected async Task<(SocketConnection Connection, Socket Peer)> PairAsync(bool overUnix = false, int? sendBufferBytes = null)
    {
        await ListenAsync(overUnix, sendBufferBytes);
        var accept = Listener!.AcceptAsync();
        var peer = Connect();
        return ((SocketConnection)(await Soon(accept.AsTask()))!, peer);
    }

    private protected static async Task<T> Soon<T>(Task<T> task) =>
        await task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

    private protected static async Task Soon(Task task) => await task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);

    private protected static Task<ReadResult> ReadAsync(ConnectionContext connection) => Soon(BeginRead(connection));

    private protected static Task<ReadResult> BeginRead(ConnectionContext connection) => BeginRead(connection.Transport.Input, default);

    private protected static Task<ReadResult> BeginRead(PipeReader input, CancellationToken until) => input.ReadAsync(until).AsTask();

    private protected static Task<FlushResult> BeginFlush(ConnectionContext connection) =>
        connection.Transport.Output.FlushAsync().AsTask();

    private protected static Task<FlushResult> BeginWrite(ConnectionContext connection, byte[] bytes) =>
        BeginWrite(connection.Transport.Output, bytes, default);

    private protected static Task<FlushResult> BeginWrite(PipeWriter output, byte[] bytes, CancellationToken until) =>
        output.WriteAsync(bytes, until).AsTask();

    private protected static Task<ConnectionContext?> BeginAccept(IConnectionListener listener) => listener.AcceptAsync().AsTask();

    /// <summary>Reads until there is so much, and consumes it.</summary>
    private protected static async Task<string> TakeAsync(ConnectionContext connection, int bytes)
    {
        while (true)
        {
            var result = await ReadAsync(connection);
            if (result.Buffer.Length >= bytes || result.IsCompleted)
            {
                var taken = result.Buffer.Slice(0, Math.Min(bytes, result.Buffer.Length));
                var text = Encoding.ASCII.GetString(taken);
                connection.Transport.Input.AdvanceTo(taken.End);
                return text;
            }

            connection.Transport.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private protected static void Send(Socket peer, string text) => Assert.Equal(text.Length, peer.Send(Encoding.ASCII.GetBytes(text)));

    /// <summary>All that the connection sends until it ends.</summary>
    private protected static async Task<byte[]> ReceiveAllAsync(Socket peer)
    {
        var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await Soon(peer.ReceiveAsync(buffer, SocketFlags.None)) is > 0 and var count)
            all.Write(buffer.AsSpan(0, count));
        return all.ToArray();
    }

    /// <summary>Ends the peer by a reset.</summary>
    private protected static void Reset(Socket peer)
    {
        peer.LingerState = new LingerOption(true, 0);
        peer.Dispose();
    }

    private sealed class Pools : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
    }
}
