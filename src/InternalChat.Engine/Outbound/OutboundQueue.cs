using System.Diagnostics;
using System.IO.Pipelines;

namespace InternalChat.Engine.Outbound;

/// <summary>What is appended; decides what happens to it when the peer does not read.</summary>
internal enum FrameClass
{
    /// <summary>A reply, a message or a receipt: never dropped.</summary>
    Reliable,

    /// <summary>
    /// Messages of a catch-up: never dropped. Whoever appends them waits after each chunk until the peer takes more, so they are no reason
    /// to hold back the peer's commands.
    /// </summary>
    Backlog,

    /// <summary>Presence and notices: dropped first.</summary>
    Droppable,
}

/// <summary>How far the appended bytes reach, the newest message among them, and how far that one reaches.</summary>
internal readonly record struct OutboundPosition(long Bytes, long MessageId, long MessageBytes);

/// <summary>
/// The only owner of a connection's <see cref="PipeWriter"/>. Any thread appends whole lines in a <see cref="FrameScope"/> and then
/// calls <see cref="Flush"/> once for all that it appended. One flush is under way at a time; what is appended meanwhile waits in a
/// spill buffer and follows in the same order. Nobody ever waits for the peer in here: whoever must wait (the connection's own read
/// loop, its catch-up) awaits <see cref="WhenWritable"/>.
/// </summary>
internal sealed class OutboundQueue : IThreadPoolWorkItem
{
    private const int FlushThreshold = 32 * 1024;

    // Others may append as fast as is flushed, and whoever flushes, often the writer, has more to do than this connection.
    private const int MaxFlushesInARow = 4;

    private readonly PipeWriter _pipe;
    private readonly int _maxWaitingBytes;
    private readonly Lock _gate = new();
    private IFlushListener? _listener;
    private SpillBuffer? _spill;
    private Action? _continueFlush;
    private ValueTask<FlushResult> _pendingFlush;
    private OutboundWaits _waits;
    private long _flushedBytes;
    private long _lastMessageId;
    private long _lastMessageBytes;
    private long _flushedMessageId;
    private long _flushedMessageBytes;
    private int _underWayBytes;
    private bool _flushing;
    private volatile bool _congested;
    private volatile bool _piledUp;
    private volatile bool _closed;
    private bool _sealed;

    public OutboundQueue(PipeWriter pipe, int maxWaitingBytes) => (_pipe, _maxWaitingBytes) = (pipe, maxWaitingBytes);

    /// <summary>Whether this thread is inside a scope; for assertions of the order of locks.</summary>
    public bool IsHeldByCurrentThread => _gate.IsHeldByCurrentThread;

    /// <summary>
    /// The last flush has not completed, or takes so long on its thread that much has gathered behind it: the peer, the network to it
    /// or that thread is slower than we write.
    /// </summary>
    public bool IsCongested => _congested || _piledUp;

    /// <summary>As much waits behind the flush under way as is flushed at a time, not counting a catch-up's messages.</summary>
    public bool IsPiledUp => _piledUp;

    /// <summary>The peer is gone or the queue was aborted: nothing appended will arrive.</summary>
    public bool IsClosed => _closed;

    /// <summary>More waits for the peer than may: its connection is to be closed.</summary>
    public bool HasOverflowed { get; private set; }

    /// <summary>So much was appended since the last flush that it should not wait for the end of the batch.</summary>
    public bool WantsFlush { get; private set; }

    /// <summary>The newest message appended.</summary>
    public long LastMessageId => Volatile.Read(ref _lastMessageId);

    /// <summary>Has every flush from now on told; any thread, once.</summary>
    public void TellFlushes(IFlushListener listener) => Volatile.Write(ref _listener, listener);

    /// <summary>Starts appending. Dispose the scope at once after the last line.</summary>
    /// <param name="frames">What is appended.</param>
    /// <param name="droppableBytes">
    /// Of what may be dropped, how many bytes at most are appended: those who came and went in one window may be too many.
    /// </param>
    public FrameScope Begin(FrameClass frames = FrameClass.Reliable, int droppableBytes = 0)
    {
        Debug.Assert(!IsHeldByCurrentThread, "Scopes do not nest.");
        _gate.Enter();
        if (_sealed || _closed)
            return new FrameScope(this, null);
        if (!_flushing)
            return new FrameScope(this, _pipe);
        _spill ??= new SpillBuffer();
        _spill.TakesBacklog = frames == FrameClass.Backlog;
        return frames == FrameClass.Droppable && _spill.Length + droppableBytes > _maxWaitingBytes / 2
            ? new FrameScope(this, null)
            : new FrameScope(this, _spill);
    }

    /// <summary>Hands what was appended to the transport. Returns at once; safe from any thread.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_flushing || _closed || _pipe.UnflushedBytes == 0)
                return;
            _flushing = true;
            WantsFlush = false;
            _underWayBytes = (int)_pipe.UnflushedBytes;
            _flushedBytes += _underWayBytes;
            (_flushedMessageId, _flushedMessageBytes) = (_lastMessageId, _lastMessageBytes);
        }

        Volatile.Read(ref _listener)?.OnFlush();
        RunFlushes();
    }

    /// <summary>Completes when the transport takes more, never will, or <see cref="ReleaseWaiters"/> was called.</summary>
    public Task WhenWritable()
    {
        lock (_gate)
            return !_flushing || _closed || _waits.AreReleased ? Task.CompletedTask : _waits.WhenWritable();
    }

    /// <summary>
    /// Completes with the task, whatever comes of it, when nothing appended can arrive any more, or when <see cref="ReleaseWaiters"/> is
    /// called. For the connection's read loop: only the last call is kept, so that no wait leaves anything behind.
    /// </summary>
    public Task WhenEndingOr(Task task)
    {
        lock (_gate)
            return _closed || _waits.AreReleased || task.IsCompleted ? Task.CompletedTask : _waits.WhenEndingOr(task);
    }

    /// <summary>
    /// Completes after a time, or as soon as nothing appended can arrive any more or <see cref="ReleaseWaiters"/> is called. For a command,
    /// of which a connection has one at a time; its read loop may be in <see cref="WhenEndingOr"/> meanwhile.
    /// </summary>
    public Task PauseAsync(TimeSpan length, TimeProvider time)
    {
        lock (_gate)
            return _closed || _waits.AreReleased ? Task.CompletedTask : _waits.PauseUntil(Task.Delay(length, time));
    }

    /// <summary>The connection is to be closed: nobody waits for the peer any longer.</summary>
    public void ReleaseWaiters()
    {
        lock (_gate)
            _waits.Release();
    }

    /// <summary>How far the appended bytes reach; once closed, those that the transport was given.</summary>
    public OutboundPosition Position()
    {
        lock (_gate)
        {
            if (_closed)
                return new OutboundPosition(_flushedBytes, _flushedMessageId, _flushedMessageBytes);
            return new OutboundPosition(AppendedBytes(), _lastMessageId, _lastMessageBytes);
        }
    }

    /// <summary>Bytes that the transport has taken for certain: those of the flushes that are over.</summary>
    public long TakenBytes
    {
        get
        {
            lock (_gate)
                return _flushedBytes - _underWayBytes;
        }
    }

    /// <summary>Bytes appended that the transport has not taken yet.</summary>
    public long WaitingBytes
    {
        get
        {
            lock (_gate)
                return _closed ? 0 : _underWayBytes + Waiting();
        }
    }

    /// <summary>Whether everything appended has been handed to the transport.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_gate)
                return _closed || (!_flushing && _pipe.UnflushedBytes == 0);
        }
    }

    /// <summary>Whether the transport has not yet taken what it was given last.</summary>
    public bool IsFlushing
    {
        get
        {
            lock (_gate)
                return _flushing;
        }
    }

    /// <summary>Completes when no flush is under way and nothing waits for one.</summary>
    public Task WhenFlushed()
    {
        lock (_gate)
            return _flushing ? _waits.WhenFlushed() : Task.CompletedTask;
    }

    /// <summary>After <see cref="Abort"/>: ends the flush under way. Before it has ended the transport must not be completed.</summary>
    public Task EndFlush()
    {
        var ended = WhenFlushed();
        if (!ended.IsCompleted)
            _pipe.CancelPendingFlush();
        return ended;
    }

    /// <summary>Gives up: drops what waits and wakes whoever waits.</summary>
    public void Abort()
    {
        lock (_gate)
            Close();
    }

    internal void Seal() => _sealed = true;

    internal void NoteMessage(long messageId)
    {
        Debug.Assert(IsHeldByCurrentThread, "Only a scope notes messages.");
        Debug.Assert(messageId >= _lastMessageId, "Messages are appended in the order of their ids.");
        (_lastMessageId, _lastMessageBytes) = (messageId, AppendedBytes());
    }

    internal void End()
    {
        try
        {
            if (_flushing)
            {
                HasOverflowed |= _spill?.Length > _maxWaitingBytes;
                _piledUp = _spill?.Length - _spill?.BacklogLength >= FlushThreshold;
            }
            else if (!_closed)
                WantsFlush = _pipe.UnflushedBytes >= FlushThreshold;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private long AppendedBytes() => _flushedBytes + Waiting();

    private long Waiting() => _flushing ? _spill?.Length ?? 0 : _pipe.UnflushedBytes;

    /// <summary>Goes on where <see cref="RunFlushes"/> has left; queued as what it is, so that nothing is allocated for it.</summary>
    void IThreadPoolWorkItem.Execute() => RunFlushes();

    private void RunFlushes()
    {
        for (var left = MaxFlushesInARow; left > 0; left--)
        {
            var flush = FlushPipe();
            if (!flush.IsCompleted)
            {
                Await(flush);
                return;
            }

            if (!Flushed(flush))
                return;
        }

        // Where an await would go on.
        if (SynchronizationContext.Current is { } context)
            context.Post(static queue => ((OutboundQueue)queue!).RunFlushes(), this);
        else
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private ValueTask<FlushResult> FlushPipe()
    {
        Debug.Assert(!IsHeldByCurrentThread, "A transport may complete a flush at once, and take locks of its own.");
        try
        {
            return _pipe.FlushAsync();
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<FlushResult>(exception);
        }
    }

    private void Await(ValueTask<FlushResult> flush)
    {
        lock (_gate)
            _congested = !_closed;
        _pendingFlush = flush;
        _continueFlush ??= () =>
        {
            if (Flushed(_pendingFlush))
                RunFlushes();
        };
        flush.GetAwaiter().UnsafeOnCompleted(_continueFlush);
    }

    /// <summary>Takes a flush's end.</summary>
    /// <returns>Whether more has come meanwhile and the next flush is to be run.</returns>
    private bool Flushed(ValueTask<FlushResult> flush)
    {
        bool peerGone;
        try
        {
            peerGone = flush.GetAwaiter().GetResult().IsCompleted;
        }
#pragma warning disable CA1031 // Whatever a transport throws (TLS has exceptions of its own), the writer's thread must not die of it.
        catch (Exception)
#pragma warning restore CA1031
        {
            peerGone = true;
        }

        lock (_gate)
        {
            if (peerGone || _closed)
            {
                EndFlushing();
                Close();
                return false;
            }

            if (_spill is { Length: > 0 })
            {
                _underWayBytes = _spill.Length;
                _flushedBytes += _underWayBytes;
                (_flushedMessageId, _flushedMessageBytes) = (_lastMessageId, _lastMessageBytes);
                _spill.MoveTo(_pipe);
                _piledUp = false;
                return true;
            }

            _underWayBytes = 0;
            EndFlushing();
            _congested = false;
            _waits.BecomeWritable();
            return false;
        }
    }

    private void EndFlushing()
    {
        _flushing = false;
        _waits.EndFlush();
    }

    private void Close()
    {
        Debug.Assert(IsHeldByCurrentThread, "Closing changes what producers look at.");
        _closed = true;
        _congested = false;
        _piledUp = false;
        _spill?.Clear();
        _waits.End();
    }
}
