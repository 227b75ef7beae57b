using System.Diagnostics;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Outbound;

namespace InternalChat.Engine.Sessions;

/// <summary>How a session gets its messages.</summary>
internal enum DeliveryMode
{
    /// <summary>A reader streams the log to it.</summary>
    CatchingUp,

    /// <summary>The writer pushes to it.</summary>
    Live,
}

/// <summary>How much a session has been given of what was pending at its login.</summary>
internal enum PendingGiven : byte
{
    /// <summary>Less than what other commands wait for.</summary>
    Little,

    /// <summary>As much as other commands wait for: the first chunk, or what the peer takes without being waited for.</summary>
    Enough,

    /// <summary>All of it is with the transport.</summary>
    All,
}

/// <summary>
/// How far a session's messages have got. <see cref="Mode"/> is the writer's; the marks are moved by the heartbeat while the
/// session is open, and by its closing read loop.
/// </summary>
/// <remarks>
/// The delivered mark moves only past what the peer's TCP has acknowledged. Only one message is remembered, the newest at the last
/// sample: when the acknowledgements have passed its end, it counts as delivered and the newest of then is taken. So the mark
/// lags by a sample or two and needs no list.
/// <para>It is its own lock: a <see cref="Lock"/> would cost each idle session 40 bytes, and nobody else locks it.</para>
/// </remarks>
internal sealed class DeliveryState(long deliveredThrough)
{
    private (long Bytes, long MessageId) _awaited = (0, deliveredThrough);
    private long _acknowledgedBytes;
    private long _deliveredThrough = deliveredThrough;
    private TaskCompletionSource? _awaitedGiven;
    private PendingGiven _awaitedStage;
    private PendingGiven _given;

    public DeliveryMode Mode { get; set; } = DeliveryMode.CatchingUp;

    /// <summary>What arrives during the stretch under way; null while live, and in the first stretch. The writer's.</summary>
    public Arrivals? Arrivals { get; set; }

    /// <summary>The newest message that the peer has for certain.</summary>
    public long DeliveredThrough => Volatile.Read(ref _deliveredThrough);

    /// <summary>At the last sample: how long the peer had not answered although it should have.</summary>
    public TimeSpan Silence { get; private set; }

    /// <summary>The newest mark that the writer was told; the heartbeat's.</summary>
    public long ToldThrough { get; set; } = deliveredThrough;

    /// <summary>Called by the writer when the session has everything.</summary>
    public void BecomeLive()
    {
        Mode = DeliveryMode.Live;
        Arrivals = null;
        Given(PendingGiven.All);
    }

    /// <summary>So much of what was pending at the login has been given to the session. Any thread.</summary>
    public void Given(PendingGiven stage)
    {
        lock (this)
        {
            if (stage <= _given)
                return;
            _given = stage;
            if (_awaitedGiven is null || stage < _awaitedStage)
                return;
            _awaitedGiven.SetResult();
            _awaitedGiven = null;
        }
    }

    /// <summary>Completes when so much of what was pending at the login has been given. For the read loop: one wait at a time.</summary>
    public Task WhenGiven(PendingGiven stage)
    {
        lock (this)
        {
            if (_given >= stage)
                return Task.CompletedTask;
            // Made when asked for: 88 bytes that hardly any session needs.
            _awaitedGiven = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaitedStage = stage;
            return _awaitedGiven.Task;
        }
    }

    /// <summary>Whether the peer has not acknowledged everything, as far as is known.</summary>
    public bool NeedsSample(OutboundPosition position, ITransportProgress? progress) =>
        position.MessageId > DeliveredThrough || (progress?.WrittenBytes ?? position.Bytes) > Volatile.Read(ref _acknowledgedBytes);

    /// <summary>Samples the transport and moves the mark.</summary>
    public void Advance(OutboundQueue outbound, ITransportProgress? progress)
    {
        Debug.Assert(!outbound.IsHeldByCurrentThread, "This lock comes before the outbound queue's.");
        lock (this)
        {
            if (progress is null)
                AdvanceToFlushed(outbound);
            else if (progress.TrySample(out var sample))
                AdvanceToAcknowledged(outbound, progress, sample);
        }
    }

    /// <summary>Where the transport cannot tell, what it has taken counts as delivered.</summary>
    private void AdvanceToFlushed(OutboundQueue outbound)
    {
        var position = outbound.Position();
        if (!outbound.IsDrained || outbound.IsClosed)
            return;
        Volatile.Write(ref _acknowledgedBytes, position.Bytes);
        Deliver(position.MessageId);
    }

    private void AdvanceToAcknowledged(OutboundQueue outbound, ITransportProgress progress, TransportSample sample)
    {
        Silence = sample.Silence;
        Volatile.Write(ref _acknowledgedBytes, sample.AcknowledgedBytes);
        if (sample.AcknowledgedBytes < _awaited.Bytes)
            return;
        Deliver(_awaited.MessageId);
        Await(outbound, progress);
        // Often the peer is already there.
        if (sample.AcknowledgedBytes >= _awaited.Bytes)
            Deliver(_awaited.MessageId);
    }

    private void Await(OutboundQueue outbound, ITransportProgress progress)
    {
        var position = outbound.Position();
        // What follows the message, such as a farewell, may never be acknowledged.
        if (progress.WrittenBytes is null)
            _awaited = (position.MessageBytes, position.MessageId);
        // The transport's count, read after the message was handed to it, covers the message.
        else if (outbound.TakenBytes >= position.MessageBytes)
            _awaited = (progress.WrittenBytes.Value, position.MessageId);
    }

    private void Deliver(long messageId)
    {
        Debug.Assert(Monitor.IsEntered(this), "Two who move the mark could move it back.");
        if (messageId > _deliveredThrough)
            Volatile.Write(ref _deliveredThrough, messageId);
    }
}
