using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// Who is connected, who is online, and whose messages and reading still count after the last session. Connections come and go on their
/// own threads; only the writer brings users online and takes them offline; everybody may look. Whoever wants the sessions of one user
/// asks for the user, and means all of them, any, or one. A connection is in one table at a time, so that an idle one costs one entry.
/// </summary>
internal sealed class SessionRegistry(CurrentOptions current, TimeProvider time, int? concurrency = null, ILogger? logger = null)
{
    private readonly ConcurrentDictionary<Session, byte> _unauthenticated = NewTable<Session, byte>(concurrency);
    private readonly ConcurrentDictionary<long, UserSessions> _online = NewTable<long, UserSessions>(concurrency);
    private readonly ConcurrentDictionary<long, UserSessions> _remembered = NewTable<long, UserSessions>(concurrency);
    private readonly ConcurrentQueue<Session> _watched = new();
    private long _onlineRevision;

    /// <summary>Who may be connected.</summary>
    public ConnectionPlaces Places { get; } = new(() => current.Live, time, logger ?? NullLogger.Instance);

    /// <summary>Connections that have not authenticated.</summary>
    public IEnumerable<Session> Unauthenticated => _unauthenticated.Select(static entry => entry.Key);

    /// <summary>Users who are online.</summary>
    public IEnumerable<UserSessions> Users => _online.Select(static entry => entry.Value);

    /// <summary>Grows when a user comes online or goes offline, right after <see cref="Users"/> has changed.</summary>
    public long OnlineRevision => Volatile.Read(ref _onlineRevision);

    /// <summary>Every session of the users who are online.</summary>
    public IEnumerable<Session> Online
    {
        get
        {
            foreach (var (_, user) in _online)
            {
                foreach (var session in user)
                    yield return session;
            }
        }
    }

    /// <summary>
    /// Connections of any phase but those that have logged out and are ending. One that logs in meanwhile may be met twice.
    /// </summary>
    public IEnumerable<Session> Connections => Unauthenticated.Concat(Online);

    /// <summary>Registers a connection, which holds a place from now on if it did not already.</summary>
    /// <returns>Why it is refused, and then nothing was registered; <see cref="CloseReason.None"/> where it was.</returns>
    public CloseReason Admit(Session session)
    {
        // Before it has a place: whoever has closed the places meets everybody who was admitted.
        _unauthenticated.TryAdd(session, 0);
        var refusal = TakePlace(session);
        if (refusal != CloseReason.None)
            _unauthenticated.TryRemove(session, out _);
        return refusal;
    }

    /// <summary>Admits nobody from now on.</summary>
    public void Close() => Places.Close();

    /// <summary>Takes a registered connection out.</summary>
    public void Remove(Session session)
    {
        _unauthenticated.TryRemove(session, out _);
        if (session.Place is { } place)
            place.Leave();
        else
            Places.LeaveLoggedIn(session.RemoteAddress);
    }

    public bool TryGetOnline(long accountId, [NotNullWhen(true)] out UserSessions? user) => _online.TryGetValue(accountId, out user);

    /// <summary>
    /// The user of an account, online or not; one who is new here is not kept before <see cref="SetOnline"/>. Called by the writer only.
    /// </summary>
    public UserSessions UserOf(long accountId, in UserName name) =>
        _online.TryGetValue(accountId, out var user) || _remembered.TryGetValue(accountId, out user)
            ? user
            : new UserSessions(accountId, name);

    /// <summary>Has the session looked at in the next heartbeat; does nothing where it will be anyway.</summary>
    public void Watch(Session session)
    {
        if (session.TryBeginWatch())
            _watched.Enqueue(session);
    }

    /// <summary>
    /// Takes every session that is watched now, from when it is taken no longer: whatever is sent to it after that has it watched again.
    /// </summary>
    public IEnumerable<Session> TakeWatched()
    {
        for (var left = _watched.Count; left > 0 && _watched.TryDequeue(out var session); left--)
        {
            session.EndWatch();
            yield return session;
        }
    }

    /// <summary>Called by the writer only.</summary>
    public void SetOnline(Session session)
    {
        var user = session.User;
        user.Add(session);
        // In this order: whoever goes through all connections meets it in one of the two.
        _online[user.AccountId] = user;
        Interlocked.Increment(ref _onlineRevision);
        _remembered.TryRemove(user.AccountId, out _);
        _unauthenticated.TryRemove(session, out _);
        session.WatchFlushes(this);
    }

    /// <summary>Takes this session out, and no other of the same user. Called by the writer only.</summary>
    public void SetOffline(Session session)
    {
        var user = session.User;
        user.Remove(session);
        if (!user.IsEmpty)
            return;
        if (user.IsLimited(current.Live, time))
            _remembered[user.AccountId] = user;
        _online.TryRemove(user.AccountId, out _);
        Interlocked.Increment(ref _onlineRevision);
    }

    /// <summary>Forgets users without a session of whom nothing counts any more; called about once a second.</summary>
    public void Forget()
    {
        foreach (var entry in _remembered)
        {
            if (!entry.Value.IsLimited(current.Live, time))
                _remembered.TryRemove(entry);
        }
    }

    private CloseReason TakePlace(Session session)
    {
        if (session.Place is { } place)
            return place.HandTo(session);
        var refusal = Places.Take(session.RemoteAddress, session, mayPushOut: true, out place);
        session.Place = place;
        return refusal;
    }

    // The runtime's own choice also lets the number of locks grow.
    private static ConcurrentDictionary<TKey, TValue> NewTable<TKey, TValue>(int? concurrency)
        where TKey : notnull =>
        concurrency is { } threads
            ? new ConcurrentDictionary<TKey, TValue>(threads, capacity: 31)
            : new ConcurrentDictionary<TKey, TValue>();
}
