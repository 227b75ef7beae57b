using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using InternalChat.Engine.Connections;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// Who is connected and who is online. Connections come and go on their own threads; only the writer adds and removes online users;
/// everybody may look. A session is in one table at a time, so that an idle one costs one entry.
/// </summary>
internal sealed class SessionRegistry(CurrentOptions current, int? concurrency = null)
{
    private readonly ConcurrentDictionary<Session, byte> _strangers = NewTable<Session, byte>(concurrency);
    private readonly ConcurrentDictionary<long, Session> _online = NewTable<long, Session>(concurrency);
    private readonly ConcurrentQueue<Session> _watched = new();
    private readonly Dictionary<PeerNetwork, int> _perAddress = [];
    private readonly Lock _gate = new();
    private int _count;
    private long _admitted;
    private bool _isClosed;

    /// <summary>Connections that have not authenticated.</summary>
    public IEnumerable<Session> Strangers => _strangers.Select(static entry => entry.Key);

    /// <summary>Sessions of users who are online.</summary>
    public IEnumerable<Session> Online => _online.Select(static entry => entry.Value);

    /// <summary>
    /// Connections of any phase but those that have logged out and are ending. One that logs in meanwhile may be met twice.
    /// </summary>
    public IEnumerable<Session> Connections => Strangers.Concat(Online);

    /// <summary>Connections of any phase.</summary>
    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>How many connections have come, and how many have gone, since the start, in sum.</summary>
    public long ConnectionTurnover => 2 * Volatile.Read(ref _admitted) - ConnectionCount;

    /// <summary>Registers a connection.</summary>
    /// <returns>Why it is refused, and then nothing was registered; <see cref="CloseReason.None"/> where it was.</returns>
    public CloseReason Admit(Session session)
    {
        var limits = current.Live;
        lock (_gate)
        {
            if (_isClosed)
                return CloseReason.ServerShutdown;
            if (_count >= limits.MaxConnections)
                return CloseReason.ServerFull;
            // Counted also where there is no limit, for one may be set.
            if (session.Network is { HasAddress: true } network)
            {
                var ofAddress = _perAddress.GetValueOrDefault(network);
                if (ofAddress >= limits.MaxConnectionsPerAddress)
                    return CloseReason.ServerFull;
                _perAddress[network] = ofAddress + 1;
            }

            _count++;
            _admitted++;
            // Inside the lock: whoever has closed the registry meets everybody who was admitted.
            _strangers.TryAdd(session, 0);
            return CloseReason.None;
        }
    }

    /// <summary>Admits nobody from now on.</summary>
    public void Close()
    {
        lock (_gate)
            _isClosed = true;
    }

    /// <summary>Takes a registered connection out.</summary>
    public void Remove(Session session)
    {
        _strangers.TryRemove(session, out _);
        lock (_gate)
        {
            _count--;
            if (session.Network is not { HasAddress: true } network)
                return;
            if (_perAddress.TryGetValue(network, out var ofAddress) && ofAddress > 1)
                _perAddress[network] = ofAddress - 1;
            else
                _perAddress.Remove(network);
        }
    }

    public bool TryGetOnline(long accountId, [NotNullWhen(true)] out Session? session) => _online.TryGetValue(accountId, out session);

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
        // In this order: whoever goes through all connections meets it in one of the two.
        _online[session.AccountId] = session;
        _strangers.TryRemove(session, out _);
        session.WatchFlushes(this);
    }

    /// <summary>Takes this session out, and no other of the same user. Called by the writer only.</summary>
    public void SetOffline(Session session) => _online.TryRemove(KeyValuePair.Create(session.AccountId, session));

    // The runtime's own choice also lets the number of locks grow.
    private static ConcurrentDictionary<TKey, TValue> NewTable<TKey, TValue>(int? concurrency)
        where TKey : notnull =>
        concurrency is { } threads
            ? new ConcurrentDictionary<TKey, TValue>(threads, capacity: 31)
            : new ConcurrentDictionary<TKey, TValue>();
}
