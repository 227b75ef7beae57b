#pragma warning disable
using System.Buffers;
using System.Collections;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace InternalChat.Server.Network.Transport;

/// <summary>An accepted connection as Kestrel wants it, in as few objects as may be: there are tens of thousands, nearly all idle.</summary>
internal sealed class SocketConnection : ConnectionContext, IDuplexPipe, IFeatureCollection,
    IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature,
    IConnectionSocketFeature, IMemoryPoolFeature
{
    private static long s_lastNumber;

    private readonly SocketReader _input;
    private readonly SocketWriter _output;
    private readonly Lock _gate;
    private IDictionary<object, object?>? _items;
    private object? _host;
    private List<KeyValuePair<Type, object>>? _features;
    private CancellationTokenSource? _closed;
    private ConnectionAbortedException? _abortReason;
    private volatile bool _isClosed;
    private bool _inputEnded;

    public SocketConnection(Socket socket, MemoryPool<byte> memoryPool, Lock gate)
    {
        Socket = socket;
        MemoryPool = memoryPool;
        _gate = gate;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionId = Interlocked.Increment(ref s_lastNumber).ToString("X", CultureInfo.InvariantCulture);
        Transport = this;
        _input = new SocketReader(this);
        _output = new SocketWriter(this);
    }

    public Socket Socket { get; }

    public MemoryPool<byte> MemoryPool { get; }

    public override string ConnectionId { get; set; }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override IFeatureCollection Features => this;

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get
        {
            lock (_gate)
            {
                if (_closed is null)
                {
                    _closed = new CancellationTokenSource();
                    if (_inputEnded)
                        _closed.Cancel();
                }

                return _closed.Token;
            }
        }

        set => throw new NotSupportedException();
    }

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    public long SentBytes => _output.SentBytes;

    public bool IsClosed => _isClosed;

    public Exception? AbortReason => _closeReason;

    private Exception? _closeReason;

    public static Exception ErrorOf(SocketError error)
    {
        var cause = new SocketException((int)error);
        return error is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted
            ? new ConnectionResetException(cause.Message, cause)
            : new IOException(cause.Message, cause);
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _abortReason = abortReason;
        Close(abortReason);
    }

    public void Close(Exception? reason)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _closeReason = reason;
            _isClosed = true;
        }

        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer was first.
        }

        Socket.Dispose();
    }

    public void InputEnded()
    {
        CancellationTokenSource? closed;
        lock (_gate)
        {
            if (_inputEnded)
                return;
            _inputEnded = true;
            closed = _closed;
        }

        if (closed is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), closed, preferLocal: false);
    }

    public override async ValueTask DisposeAsync()
    {
        _input.Complete();
        _output.Complete();
        await _output.WhenSent();
        InputEnded();
        Close(null);
        _input.Dispose();
    }

    bool IFeatureCollection.IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            if (_features is not null)
            {
                foreach (var feature in _features)
                {
                    if (feature.Key == key)
                        return feature.Value;
                }
            }

            return key.IsInstanceOfType(_host) ? _host : key.IsInstanceOfType(this) ? this : null;
        }

        set
        {
            Revision++;
            _host ??= value;
            if (ReferenceEquals(_host, value))
                return;
            _features ??= [];
            _features.RemoveAll(feature => feature.Key == key);
            if (value is not null)
                _features.Add(new KeyValuePair<Type, object>(key, value));
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => (_features ?? []).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
