namespace InternalChat.Engine.Outbound;

/// <summary>Hears that something is on its way to the peer.</summary>
internal interface IFlushListener
{
    /// <summary>
    /// A flush begins; <see cref="OutboundQueue.Position"/> includes it already. On the flushing thread, outside the queue's lock.
    /// </summary>
    void OnFlush();
}
