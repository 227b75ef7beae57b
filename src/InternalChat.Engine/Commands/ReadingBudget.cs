using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Commands;

/// <summary>
/// Commands that are short to ask and long to answer: each user has so much of them, on whatever connection. Whoever has used that up
/// waits before the next one is begun; meanwhile its connection is not read, so that the replies keep their order and the peer is held
/// back as one that reads slowly is. Any thread.
/// </summary>
internal sealed class ReadingBudget(CurrentOptions current, EngineMetrics metrics, TimeProvider time)
{
    /// <summary>What every command costs besides its lines, and what each line of names does.</summary>
    public const int CommandLines = 10;

    /// <summary>A client needs two before it logs in: HELLO and AUTH. One that says so much and tries no password is none.</summary>
    private const int LinesBeforeLogin = 1_000;

    // A limit that is changed meanwhile holds from then on.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Waits for the user's turn.</summary>
    /// <returns>False if the session has ended or is ending: there is nobody to answer.</returns>
    public async ValueTask<bool> TryBeginAsync(Session session)
    {
        if (Wait(session) > TimeSpan.Zero)
            metrics.ReadingDelayed();
        while (!IsEnding(session) && Wait(session) is var wait && wait > TimeSpan.Zero)
        {
            // A delay of less than a millisecond is none.
            var pause = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
            await session.Outbound.PauseAsync(pause < LongestPause ? pause : LongestPause, time);
        }

        return !IsEnding(session);
    }

    /// <summary>
    /// Counts a command that is short to answer, as one line: a client that sends such without end, or whatever is refused, is slowed down
    /// in the end as well.
    /// </summary>
    /// <returns>The wait before the next command of the connection; null for none.</returns>
    public Task? CountShort(Session session)
    {
        if (!session.IsAuthenticated)
        {
            if (++session.IdleLines > LinesBeforeLogin)
                session.RequestClose(CloseReason.AuthTimeout);
            return null;
        }

        if (current.Live.ReadingLimit is not { } limit || session.User.Reading.Add(1, limit, time) <= limit.Lines)
            return null;
        if (!session.Outbound.IsClosed)
            return TryBeginAsync(session).AsTask();
        // Nobody is there to be slowed down, and what was received is done only as far as the user had the right to it.
        session.RequestClose(CloseReason.ConnectionLost);
        return null;
    }

    /// <summary>Counts a command, and so many lines of its reply.</summary>
    public void Count(Session session, int lines)
    {
        if (current.Live.ReadingLimit is { } limit)
            session.User.Reading.Add(CommandLines + lines, limit, time);
    }

    /// <summary>Has what was appended sent, and waits until the peer takes more.</summary>
    /// <returns>False if the session has ended or is ending.</returns>
    public static async ValueTask<bool> SendAsync(Session session)
    {
        session.Outbound.Flush();
        await session.Outbound.WhenWritable();
        return !IsEnding(session);
    }

    private TimeSpan Wait(Session session) => session.User.Reading.Wait(current.Live.ReadingLimit, time);

    private static bool IsEnding(Session session) => session.Outbound.IsClosed || session.IsClosing;
}
