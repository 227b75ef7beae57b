using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Outbound;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Engine.Administration;

/// <summary>What an operator sees of the users who are online, and does to them. Any thread; never waits for a peer.</summary>
public sealed class SessionAdministration
{
    private readonly SessionRegistry _sessions;
    private readonly TimeProvider _time;

    internal SessionAdministration(SessionRegistry sessions, TimeProvider time)
    {
        _sessions = sessions;
        _time = time;
    }

    /// <summary>Users who are online, in the order of their names' bytes.</summary>
    /// <param name="after">Begins behind this name; null for the first.</param>
    /// <param name="limit">At most so many, 1 or more.</param>
    public IReadOnlyList<SessionInfo> List(UserName? after, int limit)
    {
        var found = _sessions.Online.Where(session => after is null || session.UserName > after).ToArray();
        Array.Sort(found, static (left, right) => left.UserName.CompareTo(right.UserName));
        return [.. found.Take(limit).Select(Describe)];
    }

    /// <summary>How many there are, and how they get their messages.</summary>
    public (int Live, int CatchingUp) Count()
    {
        var census = SessionCensus.Take(_sessions);
        return (census.Live, census.CatchingUp);
    }

    /// <summary>Begins to look for the busiest users.</summary>
    public TrafficSampler SampleTraffic() => new(_sessions, Describe);

    /// <summary>Ends every connection of a user: each is told, and the user may come back at once.</summary>
    /// <returns>False where the user is not online.</returns>
    public bool Kick(UserName user)
    {
        if (_sessions.Users.FirstOrDefault(online => online.Name == user) is not { IsEmpty: false } online)
            return false;
        foreach (var session in online)
            session.RequestClose(CloseReason.Kicked);
        return true;
    }

    /// <summary>Ends every connection, logged in or not, whose address is among these: each is told.</summary>
    /// <returns>How many were told.</returns>
    public int CloseFrom(Func<IPAddress, bool> isAmong)
    {
        ArgumentNullException.ThrowIfNull(isAmong);
        return _sessions.Connections.Count(session =>
            session.RemoteAddress is { } address && isAmong(address) && session.RequestClose(CloseReason.Kicked));
    }

    /// <summary>Says something to everybody who is online. Who does not read may miss it.</summary>
    /// <returns>How many were told.</returns>
    public int Notify(NoticeText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var told = 0;
        foreach (var session in _sessions.Online)
        {
            using (var scope = session.Outbound.Begin(FrameClass.Droppable, text.Utf8.Length))
            {
                if (scope.Writer is not { } writer)
                    continue;
                session.Wire.Notice(writer, text.Utf8);
            }

            session.Outbound.Flush();
            told++;
        }

        return told;
    }

    private SessionInfo Describe(Session session) => new(
        session.UserName.ToString(),
        session.RemoteAddress,
        _time.GetUtcNow() - _time.GetElapsedTime(session.AcceptedAt),
        session.IsClosing ? SessionState.Closing
            : session.Delivery!.Mode == DeliveryMode.Live ? SessionState.Live
            : SessionState.CatchingUp,
        session.Outbound.WaitingBytes,
        session.MessagesSent,
        session.MessagesReceived);
}
