using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// An accepted connection as Kestrel wants it, in as few objects as may be: there are tens of thousands and nearly all are idle. No
/// loop carries bytes to and fro: whoever reads receives, whoever flushes sends.
/// </summary>
/// <remarks>
/// <see cref="Close"/> and <see cref="Abort"/> are for every thread, and the first of them says why. Kestrel calls
/// <see cref="DisposeAsync"/> once, when nobody uses the connection any more: what was written still leaves, then the socket is closed.
/// </remarks>
internal sealed class SocketConnection : ConnectionContext, IDuplexPipe, IConnectionIdFeature, IConnectionTransportFeature,
    IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature, IConnectionSocketFeature, IMemoryPoolFeature
{
    private static readonly ConnectionAbortedException ClosedInOrder = new("The connection was closed.");
    private static long _lastNumber;

    private readonly SocketReader _input;
    private readonly SocketWriter _output;
    private readonly ConnectionFeatures _features;
    private IDictionary<object, object?>? _items;
    private CancellationTokenSource? _closed;
    private Exception? _closeReason;
    private int _inputHasEnded;
    private volatile bool _wasReset;

    /// <param name="socket">Must not block.</param>
    /// <param name="memoryPool">For whatever goes between the socket and its user, such as TLS.</param>
    public SocketConnection(Socket socket, MemoryPool<byte> memoryPool)
    {
        Socket = socket;
        MemoryPool = memoryPool;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionId = Interlocked.Increment(ref _lastNumber).ToString("X", CultureInfo.InvariantCulture);
        Transport = this;
        _input = new SocketReader(this);
        _output = new SocketWriter(this);
        _features = new ConnectionFeatures(this);
    }

    public Socket Socket { get; }

    public MemoryPool<byte> MemoryPool { get; }

    /// <summary>Bytes that the kernel has taken, whoever wrote them (TLS or the session). Any thread.</summary>
    public long SentBytes => _output.SentBytes;

    /// <summary>Bytes that have arrived from the peer. For whoever reads.</summary>
    public long ReceivedBytes => _input.ReceivedBytes;

    /// <summary>Whether the connection was cut on this side, or is being.</summary>
    public bool IsClosed => CloseReason is not null;

    /// <summary>Why; what a read throws from then on.</summary>
    public Exception? CloseReason => Volatile.Read(ref _closeReason);

    /// <summary>Whether anybody has met a reset by the peer, which the kernel tells but once: what follows it looks like an end.</summary>
    public bool WasReset => _wasReset;

    /// <summary>Whether no read or write is on its way that may have met a reset and has yet to note it.</summary>
    public bool IsSettled => !_input.IsReceiving && !_input.WaitsForSocket && !_output.IsSending;

    public override string ConnectionId { get; set; }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override IFeatureCollection Features => _features;

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <summary>Made for whoever asks.</summary>
    public override CancellationToken ConnectionClosed
    {
        get
        {
            var closed = Volatile.Read(ref _closed);
            if (closed is null)
            {
                var made = new CancellationTokenSource();
                closed = Interlocked.CompareExchange(ref _closed, made, null) ?? made;
                if (Volatile.Read(ref _inputHasEnded) != 0)
                    closed.Cancel();
            }

            return closed.Token;
        }

        set => throw new NotSupportedException();
    }

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Takes note of what the kernel has told.</summary>
    public void Note(SocketError error)
    {
        if (error == SocketError.ConnectionReset)
            _wasReset = true;
    }

    /// <summary>What a pipe throws of a socket's error.</summary>
    public IOException ErrorOf(SocketError error)
    {
        Note(error);
        var cause = new SocketException((int)error);
        return error is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted
            ? new ConnectionResetException(cause.Message, cause)
            : new IOException(cause.Message, cause);
    }

    public override void Abort(ConnectionAbortedException abortReason) => Close(abortReason);

    /// <summary>
    /// Cuts the connection: a read that waits throws the reason, a flush that waits ends. Over TCP the peer gets a reset and nothing of
    /// what the kernel still has for it, so that it does not take for delivered what comes again.
    /// </summary>
    public void Close(Exception reason)
    {
        if (!TryShutDown(reason))
            return;
        CloseWithReset();
        Socket.Dispose();
        InputEnded();
    }

    /// <summary>The same, but the kernel can still be asked what the peer had acknowledged, until the connection is disposed of.</summary>
    public void SendFailed(Exception reason)
    {
        if (TryShutDown(reason))
            InputEnded();
    }

    /// <summary>Nothing will be received any more.</summary>
    public void InputEnded()
    {
        // On the pool: it runs whatever others have registered.
        if (Interlocked.Exchange(ref _inputHasEnded, 1) == 0 && _closed is { } closed)
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), closed, preferLocal: false);
    }

    public override async ValueTask DisposeAsync()
    {
        _input.Complete();
        _output.Complete();
        await _output.WhenSent();
        _input.Discard();
        // Over a receive that still waits .NET closes with a reset, which may overtake the last line, unless it was shut down before.
        if (_input.WaitsForSocket)
            TryShutDown(ClosedInOrder);
        _ = Interlocked.CompareExchange(ref _closeReason, ClosedInOrder, null);
        Socket.Dispose();
        InputEnded();
        _input.Dispose();
        await base.DisposeAsync();
    }

    private void CloseWithReset()
    {
        if (Socket.ProtocolType != ProtocolType.Tcp)
            return;
        try
        {
            Socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Somebody else has disposed of it.
        }
    }

    /// <returns>False if another was first.</returns>
    private bool TryShutDown(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, reason, null) is not null)
            return false;
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The peer was first, or whoever disposes of the connection.
        }

        return true;
    }
}
