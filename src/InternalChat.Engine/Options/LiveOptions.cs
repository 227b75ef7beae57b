using System.Net;

namespace InternalChat.Engine.Options;

/// <summary>Who may know that a user is online: hears of its coming and going, and finds it in LIST.</summary>
public enum PresenceMode
{
    /// <summary>Everybody but those whom the user blocks.</summary>
    All,

    /// <summary>Of these only those where both have written to the other.</summary>
    Contacts,

    /// <summary>Nobody.</summary>
    Off,
}

/// <summary>Messages that one user may send in any window of time.</summary>
/// <param name="Messages">Accepted messages in any window; 1 to 10,000.</param>
/// <param name="Window">Length of the window; 1 ms to 1 day.</param>
public sealed record RateLimit(int Messages, TimeSpan Window);

/// <summary>
/// What one user may read by HISTORY and LIST: so many lines at once, and from then on each one is made up for after its share of the time.
/// </summary>
/// <param name="Lines">1 to 1,000,000.</param>
/// <param name="Window">After such a time without reading everything is made up for; 1 ms to 1 day.</param>
public sealed record ReadingLimit(int Lines, TimeSpan Window);

/// <summary>
/// Logins that may fail: so many at once, and from then on each one is forgiven after its share of the time, so that whoever has used
/// the limit up waits for that share and no longer.
/// </summary>
/// <param name="Failures">1 to 1,000,000.</param>
/// <param name="Window">After such a time without a failure all are forgiven; 1 ms to 1 day.</param>
public sealed record FailureLimit(int Failures, TimeSpan Window);

/// <summary>
/// Accounts that may be made by registration: so many at once, and from then on one more after each share of the time.
/// </summary>
/// <param name="Accounts">From one network; ten times as many from all together. 1 to 1,000,000.</param>
/// <param name="Window">After such a time without a registration all may be made again; 1 ms to 1 day.</param>
public sealed record RegistrationLimit(int Accounts, TimeSpan Window);

/// <summary>
/// The options that a running engine takes anew (<see cref="ChatEngine.LiveOptions"/>), with unit and reason of each default.
/// </summary>
public sealed record LiveOptions
{
    private const int UnauthenticatedShare = 4;
    private const int FewestUnauthenticated = 1_000;

    /// <summary>MSG rate per user, exact over a sliding window; null for no limit. The contract's default is 20 in any 10 s.</summary>
    public RateLimit? RateLimit { get; init; } = new(20, TimeSpan.FromSeconds(10));

    /// <summary>
    /// Messages of one sender that wait for one recipient who has no session; for one more the sender gets MAILBOX_FULL. A person does not
    /// write 1,000 to somebody who is away, and a program that does should notice. Approximate: never fewer, and after a restart more.
    /// </summary>
    public int MaxPending { get; init; } = 1_000;

    /// <summary>
    /// The age at which the store removes messages, also those that wait; null for never. What may be gone does not count for
    /// <see cref="MaxPending"/>.
    /// </summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>
    /// What a user may read; whoever asks for more waits, and nothing is refused. Null for no limit. A message of HISTORY is a line, a
    /// command counts as ten besides, as does each line of names; PING, HELLO, BLOCK, UNBLOCK, a repeated READ and whatever is refused at
    /// once count as one. A client that lists 50,000 users and reads 200 messages from each of 50
    /// conversations asks for 11,600 at once; 250 a second, which is what is left to one who reads without end, cost some milliseconds of
    /// one thread.
    /// </summary>
    public ReadingLimit? ReadingLimit { get; init; } = new(15_000, TimeSpan.FromMinutes(1));

    /// <summary>Who may know that a user is online.</summary>
    public PresenceMode Presence { get; init; } = PresenceMode.All;

    /// <summary>Whether a login with a new name creates the account.</summary>
    public bool RegistrationOpen { get; init; } = true;

    /// <summary>
    /// Accounts that registration may make; null for any number; one more gets BUSY. Enough for a company that begins, and a stranger does
    /// not fill the list of names. Peers on this machine are not counted: scripts and tests, which make their accounts from there.
    /// </summary>
    public RegistrationLimit? RegistrationLimit { get; init; } = new(100, TimeSpan.FromHours(1));

    /// <summary>
    /// Time that a connection has for its AUTH, from accept. What its logins wait for a hashing thread does not count.
    /// </summary>
    public TimeSpan AuthTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Failed logins at one name from one network: guesses enough for a person, and 1,440 a day for a program.</summary>
    public FailureLimit FailedLogins { get; init; } = new(10, TimeSpan.FromMinutes(10));

    /// <summary>
    /// Failed logins at one name from all networks together from which it has not logged in before: as many as 100 networks are allowed.
    /// </summary>
    public FailureLimit FailedLoginsPerName { get; init; } = new(1_000, TimeSpan.FromMinutes(10));

    /// <summary>Failed logins from one network at all names together that have not logged in from there before.</summary>
    public FailureLimit FailedLoginsPerAddress { get; init; } = new(50, TimeSpan.FromMinutes(5));

    /// <summary>Failed logins on one connection, of which the last one closes it.</summary>
    public int FailedLoginsPerConnection { get; init; } = 6;

    /// <summary>Connections at one time; for one more, one that is not logged in makes room, or it gets SERVER_FULL.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>
    /// Of these, how many may not be logged in, and a network no more than half of them; null for a quarter, but not fewer than
    /// 1,000, of which an office of 500 is half.
    /// </summary>
    public int? MaxUnauthenticated { get; init; }

    /// <summary>
    /// Networks from which many users come, such as an office or a proxy that sends no PROXY header: they may have all of these places.
    /// This machine and peers without an address may anyway.
    /// </summary>
    public IReadOnlyList<IPNetwork> CrowdedNetworks { get; init; } = [];

    /// <summary>Whether an address is in one of <see cref="CrowdedNetworks"/>, also an IPv4 address written as an IPv6 one.</summary>
    public bool IsCrowded(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var network in CrowdedNetworks)
        {
            if (network.Contains(address))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Connections at one time from one address, where an IPv6 network of 64 bits counts as one; one more gets SERVER_FULL. Off by
    /// default: an office or a proxy is one address. Peers without an address, which are on this machine, are not counted.
    /// </summary>
    public int MaxConnectionsPerAddress { get; init; } = int.MaxValue;

    /// <summary><see cref="MaxUnauthenticated"/> as a number.</summary>
    internal int Unauthenticated =>
        Math.Min(MaxConnections, MaxUnauthenticated ?? Math.Max(MaxConnections / UnauthenticatedShare, FewestUnauthenticated));

    /// <summary>Those that one network may have.</summary>
    internal int UnauthenticatedOfNetwork => Math.Max(1, Unauthenticated / 2);
}

/// <summary>
/// The one holder of the options that are in force now. Any thread may change them; whoever obeys one asks at each use and keeps no copy.
/// </summary>
internal sealed class CurrentOptions(LiveOptions options)
{
    private volatile LiveOptions _live = options;

    public LiveOptions Live
    {
        get => _live;
        set => _live = value;
    }
}
