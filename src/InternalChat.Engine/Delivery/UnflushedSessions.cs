using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Sessions;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Delivery;

/// <summary>
/// The sessions whose outbound queues the batch under way has appended to: each is flushed once, at its end. The writer's.
/// </summary>
internal sealed class UnflushedSessions(ILogger logger)
{
    private readonly List<Session> _sessions = [];

    /// <summary>Notes a session that was appended to.</summary>
    public void Add(Session session)
    {
        if (session.Outbound.WantsFlush)
            session.Outbound.Flush();
        if (session.IsUnflushed)
            return;
        session.IsUnflushed = true;
        _sessions.Add(session);
    }

    /// <summary>
    /// Ends a session that could not be written to, so that its user logs in again and gets what is missing. To be called for a session
    /// other than the one whose operation is being published.
    /// </summary>
    public void Fail(Session session, Exception cause)
    {
        LogMessages.WriteFailed(logger, cause);
        session.Fail();
    }

    /// <summary>Flushes them all, and starts anew.</summary>
    public void Flush()
    {
        foreach (var session in _sessions)
        {
            session.IsUnflushed = false;
            Flush(session);
        }

        _sessions.Clear();
    }

    private void Flush(Session session)
    {
        try
        {
            session.Outbound.Flush();
            if (session.Outbound.HasOverflowed)
                session.RequestClose(CloseReason.SlowConsumer);
        }
#pragma warning disable CA1031 // One session's trouble is not the others'.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(session, exception);
        }
    }
}
