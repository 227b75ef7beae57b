using InternalChat.Engine.Options;
using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Sessions;

/// <summary>What becomes of a login whose password was right.</summary>
internal enum Admission
{
    /// <summary>The session may come online now.</summary>
    Now,

    /// <summary>It waits until the sessions before it, which are ending, have ended.</summary>
    WhenOthersHaveEnded,

    /// <summary>The user is connected elsewhere.</summary>
    Refused,
}

/// <summary>A login that waits for its user's other sessions to end.</summary>
internal sealed record WaitingLogin(Session Session, LoginRequest Request);

/// <summary>
/// A user who has sessions, and after the last one for as long as what it has sent and read can still limit it: everything that is the
/// user's and not one connection's. Here, and nowhere else, is decided how many sessions a user may have: one.
/// </summary>
/// <remarks>
/// Who may touch what:
/// <list type="bullet">
/// <item><see cref="AccountId"/> and <see cref="Name"/> never change.</item>
/// <item>The sessions: only the writer adds and removes; any thread goes through them without a lock and may meet one that has just been
/// removed. They are a list through the sessions themselves, because an array would cost 40 bytes for each idle user.</item>
/// <item>The login that waits, <see cref="IsAnnounced"/> and <see cref="Status"/>: the writer's.</item>
/// <item><see cref="MayBlock"/>: the writer sets it, any thread reads it.</item>
/// <item>The rate of messages: the read loop of the only session; without one, the writer and the heartbeat, which only look. With more
/// sessions than one it needs a lock. <see cref="Reading"/> has one: a command may still be counted when its session is over.</item>
/// </list>
/// </remarks>
internal sealed class UserSessions(long accountId, UserName name)
{
    private volatile Session? _first;
    private WaitingLogin? _waiting;
    private SlidingWindow? _rate;
    private ReadingDebt _reading;
    private volatile bool _mayBlock;

    public long AccountId { get; } = accountId;

    public UserName Name { get; } = name;

    /// <summary>No session is online.</summary>
    public bool IsEmpty => _first is null;

    /// <summary>Presence has told of the user.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>
    /// Whether the user may be one who blocks somebody; if not, nobody needs to ask whom. Set before the first session is online and before
    /// a first block is stored.
    /// </summary>
    public bool MayBlock
    {
        get => _mayBlock;
        set => _mayBlock = value;
    }

    /// <summary>What the operator has made of the account since the user came online.</summary>
    public AccountStatus Status { get; set; }

    /// <summary>Decides whether a session may come in; if it has to wait, its login is kept until <see cref="TakeWaiting"/>.</summary>
    public Admission Admit(Session session, LoginRequest request)
    {
        foreach (var other in this)
        {
            if (!IsEnding(other))
                return Admission.Refused;
        }

        if (IsEmpty)
            return Admission.Now;
        if (_waiting is not null && !IsEnding(_waiting.Session))
            return Admission.Refused;
        // A peer that takes what it is owed as slowly as it likes keeps its user from nothing.
        foreach (var other in this)
            other.HurryClose();
        _waiting?.Request.Outcome.TrySetResult(LoginOutcome.AlreadyConnected);
        _waiting = new WaitingLogin(session, request);
        return Admission.WhenOthersHaveEnded;
    }

    /// <summary>Of a session whose peer is gone nobody else may have noticed that yet.</summary>
    private static bool IsEnding(Session session) => session.IsClosing || session.HasLostPeer();

    /// <summary>The login that waits, which waits no longer; null if there is none.</summary>
    public WaitingLogin? TakeWaiting()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting;
    }

    /// <summary>A session comes online.</summary>
    public void Add(Session session)
    {
        if (IsEmpty)
            Status = AccountStatus.Active;
        session.NextOfUser = _first;
        // Last: whoever meets it goes on to the others.
        _first = session;
    }

    /// <summary>A session goes offline; the user's others stay.</summary>
    public void Remove(Session session)
    {
        if (_first == session)
        {
            _first = session.NextOfUser;
            return;
        }

        foreach (var other in this)
        {
            // What is removed still leads on whoever is there just now.
            if (other.NextOfUser == session)
                other.NextOfUser = session.NextOfUser;
        }
    }

    /// <summary>Whether this very session is online.</summary>
    public bool Holds(Session session)
    {
        foreach (var other in this)
        {
            if (other == session)
                return true;
        }

        return false;
    }

    /// <summary>Counts a message of the user.</summary>
    /// <param name="limit">What is in force now; null for no limit.</param>
    /// <param name="time">The clock.</param>
    /// <returns>False if it is one too many; then it does not count.</returns>
    public bool TryAcceptMessage(RateLimit? limit, TimeProvider time)
    {
        if (limit is null)
            return true;
        if (_rate?.Limit != limit)
        {
            _rate = _rate is null
                ? new SlidingWindow(limit, time.TimestampFrequency)
                : new SlidingWindow(limit, time.TimestampFrequency, _rate);
        }

        return _rate.TryAccept(time.GetTimestamp());
    }

    /// <summary>Whether messages that were accepted lately can still refuse one, so that a reconnect must not forget them.</summary>
    public bool HasRecentMessages(long now) => _rate is { } rate && !rate.IsOver(now);

    /// <summary>What the user has read lately.</summary>
    public ref ReadingDebt Reading => ref _reading;

    /// <summary>Whether what the user has sent and read lately still limits it, so that a reconnect must not forget it.</summary>
    public bool IsLimited(LiveOptions limits, TimeProvider time) =>
        HasRecentMessages(time.GetTimestamp()) || _reading.IsOwed(limits.ReadingLimit, time);

    /// <summary>Goes through the user's sessions, without allocating.</summary>
    public Enumerator GetEnumerator() => new(_first);

    internal struct Enumerator(Session? first)
    {
        private Session? _next = first;

        public Session Current { get; private set; } = null!;

        public bool MoveNext()
        {
            if (_next is not { } session)
                return false;
            (Current, _next) = (session, session.NextOfUser);
            return true;
        }
    }
}
