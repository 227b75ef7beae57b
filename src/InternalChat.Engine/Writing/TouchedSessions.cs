using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Writing;

/// <summary>
/// The sessions whose outbound queues the batch under way has appended to: each is flushed once, at its end. The writer's.
/// </summary>
internal sealed class TouchedSessions
{
    private readonly List<Session> _sessions = [];

    /// <summary>Notes a session that was appended to.</summary>
    public void Add(Session session)
    {
        if (session.Outbound.WantsFlush)
            session.Outbound.Flush();
        if (session.IsTouched)
            return;
        session.IsTouched = true;
        _sessions.Add(session);
    }

    /// <summary>Flushes them all, and starts anew.</summary>
    public void Flush()
    {
        foreach (var session in _sessions)
        {
            session.IsTouched = false;
            session.Outbound.Flush();
            if (session.Outbound.HasOverflowed)
                session.RequestClose(CloseReason.SlowConsumer);
        }

        _sessions.Clear();
    }
}
