using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Outbound;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// One connection, from accept to close; what is its user's is in <see cref="UserSessions"/>. Who touches what: the connection's read loop
/// owns <see cref="InFlight"/> and, until AUTH, <see cref="Wire"/>; the writer sets the user (before it completes the login that the read
/// loop awaits) and owns <see cref="Delivery"/>; <see cref="Outbound"/> and <see cref="RequestClose"/> are for every thread.
/// </summary>
internal sealed class Session : IFlushListener, IPlaceOwner
{
    private readonly ChatConnection _connection;
    private SessionRegistry? _watchedBy;
    private int _closeReason;
    private bool _isWatched;
    private bool _isCloseHurried;
    private volatile bool _isAuthenticating;
    private volatile bool _isWaiting;
    private volatile UserSessions? _user;

    public Session(ChatConnection connection, int maxWaitingBytes, long acceptedAt)
    {
        _connection = connection;
        Outbound = new OutboundQueue(connection.Transport.Output, maxWaitingBytes);
        AcceptedAt = acceptedAt;
    }

    public OutboundQueue Outbound { get; }

    /// <summary>What the peer's TCP has acknowledged; null where the transport cannot tell.</summary>
    public ITransportProgress? Progress => _connection.Progress;

    public IPAddress? RemoteAddress => _connection.RemoteAddress;

    /// <summary>What the peer counts as where addresses are limited.</summary>
    public PeerNetwork Network => PeerNetwork.Of(_connection.RemoteAddress);

    /// <summary>Whether the peer's certificate, if it has shown one, is this user's.</summary>
    public bool CertificateAllows(in UserName name) => _connection.CertifiedUser is not { } certified || certified.Name == name;

    /// <summary>
    /// How lines are understood and written on this connection. HELLO may exchange it before AUTH, on the read loop; from then on it stays,
    /// so every thread that meets the session online may use it.
    /// </summary>
    public WireFormat Wire { get; set; } = WireFormat.Version1;

    /// <summary>Its place among those that are not logged in, whose it is no longer once it is.</summary>
    public ConnectionPlace? Place
    {
        get => _connection.Place;
        set => _connection.Place = value;
    }

    /// <summary>Timestamp of the accept, in ticks of the time provider.</summary>
    public long AcceptedAt { get; }

    /// <summary>Whose session it is; only once it has authenticated.</summary>
    public UserSessions User => _user ?? throw new InvalidOperationException("The session has not authenticated.");

    /// <summary>The user's next session, for <see cref="UserSessions"/> alone.</summary>
    public Session? NextOfUser { get; set; }

    public long AccountId => User.AccountId;

    public UserName UserName => User.Name;

    public bool IsAuthenticated => _user is not null;

    /// <summary>
    /// A login is being worked on; the auth timeout does not strike meanwhile. Volatile, because the heartbeat reads this first and then
    /// <see cref="IsAuthenticated"/>, and a processor that swapped the two would cut a session that has just logged in.
    /// </summary>
    public bool IsAuthenticating
    {
        get => _isAuthenticating;
        set => _isAuthenticating = value;
    }

    /// <summary>
    /// Its read loop waits for something else than input, so that it does not read and would not notice the peer's end. The read loop's.
    /// </summary>
    public bool IsWaiting
    {
        get => _isWaiting;
        set => _isWaiting = value;
    }

    /// <summary>
    /// How long its logins have waited for a hashing thread, which does not count as the peer's time. Written by one login at a time.
    /// </summary>
    public TimeSpan Waited { get; set; }

    /// <summary>Logins that were refused because of the password, or because too many were; the read loop's.</summary>
    public int FailedLogins { get; set; }

    /// <summary>The session's place in the order of logins and logouts: it hears of changes after it only.</summary>
    public long OnlineSequence { get; private set; }

    /// <summary>What this connection has with the writer; null until its first pipelined command.</summary>
    public InFlightOperations? InFlight { get; set; }

    /// <summary>How far messages have got; null until authenticated.</summary>
    public DeliveryState? Delivery { get; private set; }

    public CloseReason CloseReason => (CloseReason)Volatile.Read(ref _closeReason);

    public bool IsClosing => CloseReason != CloseReason.None;

    /// <summary>Somebody else wants it closed as well: its peer gets no more time than anybody does.</summary>
    public bool IsCloseHurried => Volatile.Read(ref _isCloseHurried);

    /// <summary>Lines that came before a login and tried none; the read loop's.</summary>
    public int IdleLines { get; set; }

    /// <summary>The writer has appended to <see cref="Outbound"/> and flushes it at the end of its batch; the writer's.</summary>
    public bool IsUnflushed { get; set; }

    /// <summary>Messages of the user that were stored on this connection; the writer counts.</summary>
    public long MessagesSent { get; set; }

    /// <summary>Messages that were sent to the user on this connection; the writer counts.</summary>
    public long MessagesReceived { get; set; }

    /// <summary>Called by the writer when the login is visible.</summary>
    public void Authenticated(UserSessions user, DeliveryState delivery, long onlineSequence)
    {
        Delivery = delivery;
        OnlineSequence = onlineSequence;
        // Last: whoever sees it may rely on the rest.
        _user = user;
    }

    /// <summary>Whether the peer has had its time to authenticate, and no login of it is being worked on.</summary>
    public bool IsOverdue(TimeSpan authTimeout, TimeProvider time) =>
        // In this order: a login that ends just now is seen by one of the two.
        !IsAuthenticating && !IsAuthenticated && time.GetElapsedTime(AcceptedAt) - Waited >= authTimeout;

    /// <summary>Tables go through sessions in an order that follows from what has happened, not from where they lie in memory.</summary>
    public override int GetHashCode() => AcceptedAt.GetHashCode();

    /// <summary>From now on whatever is sent to the peer has the session watched until the peer has it.</summary>
    public void WatchFlushes(SessionRegistry registry)
    {
        _watchedBy = registry;
        Outbound.TellFlushes(this);
    }

    /// <summary>The registry's.</summary>
    /// <returns>False where it is watched already.</returns>
    public bool TryBeginWatch() => !Volatile.Read(ref _isWatched) && !Interlocked.Exchange(ref _isWatched, true);

    /// <summary>The registry's. What was sent before this is seen by whoever looks after it: both take the outbound queue's lock.</summary>
    public void EndWatch() => Interlocked.Exchange(ref _isWatched, false);

    void IFlushListener.OnFlush() => _watchedBy!.Watch(this);

    /// <summary>
    /// Whether the peer is gone: then nothing is sent to it any more, what only replies is left undone, and whoever waits for the peer goes
    /// on. Asks the transport, for which whoever does not read has no other way to know. Any thread, outside of scopes.
    /// </summary>
    public bool HasLostPeer()
    {
        if (Outbound.IsClosed)
            return true;
        if (Progress is not { IsPeerGone: true })
            return false;
        // Before nothing counts any more.
        Delivery?.Advance(Outbound, Progress);
        Outbound.Abort();
        return true;
    }

    /// <summary>Somebody waits for its end. Any thread.</summary>
    public void HurryClose() => Volatile.Write(ref _isCloseHurried, true);

    /// <summary>Makes the read loop stop and close, in its written order. Any thread; returns whether this call was the first.</summary>
    public bool RequestClose(CloseReason reason)
    {
        if (Interlocked.CompareExchange(ref _closeReason, (int)reason, (int)CloseReason.None) != (int)CloseReason.None)
        {
            HurryClose();
            return false;
        }

        Outbound.ReleaseWaiters();
        _connection.Transport.Input.CancelPendingRead();
        return true;
    }

    /// <summary>Its place is another's. Who does not read is not waited for.</summary>
    void IPlaceOwner.GiveWay()
    {
        try
        {
            if (RequestClose(CloseReason.MadeRoom) && Outbound.IsCongested)
                Abort();
        }
#pragma warning disable CA1031 // The newcomer, on whose thread this is, has nothing to do with it.
        catch (Exception)
#pragma warning restore CA1031
        {
            Outbound.Abort();
        }
    }

    /// <summary>
    /// Cuts the connection because something of it failed. Whatever the transport throws at that is nobody else's trouble.
    /// </summary>
    public void Fail()
    {
        try
        {
            RequestClose(CloseReason.ConnectionLost);
            Abort();
        }
#pragma warning disable CA1031 // See above; what failed first has been logged.
        catch (Exception)
#pragma warning restore CA1031
        {
            Outbound.Abort();
        }
    }

    /// <summary>Cuts the connection: the peer is gone, or has had its time.</summary>
    public void Abort()
    {
        Outbound.Abort();
        _connection.Abort();
    }
}
