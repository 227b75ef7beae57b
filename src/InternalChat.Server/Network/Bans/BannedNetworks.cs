using System.Net;
using System.Net.Sockets;
using InternalChat.Engine.Threads;
using InternalChat.Server.Logging;

namespace InternalChat.Server.Network.Bans;

/// <summary>
/// The networks from which nobody may connect. How long a ban goes on is measured by a clock that nobody sets; over a restart it ends by
/// the wall clock, and at the latest when what was left of it has passed, so a clock that was set back prolongs it by no more than the
/// server was off and a minute. Thread-safe; whoever asks whether an address is banned never waits.
/// </summary>
internal sealed class BannedNetworks : IDisposable
{
    /// <summary>So many there may be.</summary>
    public const int MaxBans = 10_000;

    /// <summary>The longest ban that has an end.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    // What one subscriber has of IPv6: to ban less of it is to ban nothing.
    private const int SubscriberBits = 64;

    // What is wider is rather a slip.
    private const int ShortestIPv4Bits = 8;
    private const int ShortestIPv6Bits = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    private readonly BanFile _file;
    private readonly IReadOnlyList<IPNetwork> _proxies;
    private readonly Func<Func<IPAddress, bool>, int> _close;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RepeatingTimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPNetwork, (DateTime Since, long EndsAt)> _bans = [];
    private volatile BanTable _table = new([]);
    private bool _isUnsaved;

    /// <summary>Takes the bans of the run before.</summary>
    /// <param name="file">Where they are kept.</param>
    /// <param name="proxies">Networks of trusted proxies, which are never banned.</param>
    /// <param name="close">Closes the connections whose addresses it is told, and says how many there were.</param>
    /// <param name="time">Where time comes from.</param>
    /// <param name="logger">For the operator.</param>
    public BannedNetworks(
        BanFile file, IReadOnlyList<IPNetwork> proxies, Func<Func<IPAddress, bool>, int> close, TimeProvider time, ILogger logger)
    {
        (_file, _proxies, _close, _time, _logger) = (file, proxies, close, time, logger);
        Load();
        _timer = new RepeatingTimer(time, static () => Interval, KeepUp, "The upkeep of bans", logger);
    }

    /// <summary>
    /// What is banned when somebody asks for this network: an IPv6 address, or a network of fewer than a subscriber has, is banned with
    /// its whole network of 64 bits.
    /// </summary>
    public static IPNetwork Widen(IPNetwork network)
    {
        if (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork || network.PrefixLength <= SubscriberBits)
            return network;
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes.AsSpan(SubscriberBits / 8).Clear();
        return new IPNetwork(new IPAddress(bytes), SubscriberBits);
    }

    /// <summary>Whether a peer is banned; never one of a Unix socket. Allocates nothing for an address of IPv4 or IPv6.</summary>
    public bool Covers(EndPoint? peer) => peer is IPEndPoint { Address: var address } && Covers(address);

    /// <summary>Whether an address is banned.</summary>
    public bool Covers(IPAddress address) => _table.Covers(address, _time.GetTimestamp());

    /// <summary>Every ban, the latest first.</summary>
    public IReadOnlyList<Ban> List()
    {
        lock (_gate)
            return Describe();
    }

    /// <summary>Bans a network, or gives its ban another end, and closes the connections that come from there.</summary>
    /// <param name="network">As <see cref="Widen"/> makes it.</param>
    /// <param name="length">How long; null for ever.</param>
    public BanResult Add(IPNetwork network, TimeSpan? length)
    {
        string? notKept;
        lock (_gate)
        {
            if (Refuse(network) is { } refusal)
                return new BanResult(refusal);
            _bans[network] = (_time.GetUtcNow().UtcDateTime, EndOf(length));
            notKept = Changed();
        }

        return new BanResult(Refusal: null, notKept, _close(Covers));
    }

    /// <summary>Ends a ban.</summary>
    /// <returns>Null where there is none of this network.</returns>
    public BanResult? Remove(IPNetwork network)
    {
        lock (_gate)
            return _bans.Remove(network) ? new BanResult(Refusal: null, Changed()) : null;
    }

    /// <summary>Ends what covers proxies that the settings trust now, beside those that they trusted at the start.</summary>
    public void Trust(IReadOnlyList<IPNetwork> proxies)
    {
        lock (_gate)
        {
            var lifted = _bans.Keys
                .Select(network => (Network: network, Reason: RefuseProxy(network, proxies)))
                .Where(static entry => entry.Reason is not null)
                .ToList();
            foreach (var (network, reason) in lifted)
            {
                _bans.Remove(network);
                ServerLog.BanLifted(_logger, network, reason!);
            }

            if (lifted is not [])
                Changed();
        }
    }

    /// <summary>Keeps how long the bans still go on.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            if (_isUnsaved || HasEnds())
                Save();
        }
    }

    private static IPNetwork? Overlapping(IPNetwork network, IEnumerable<IPNetwork> others)
    {
        foreach (var other in others)
        {
            if (network.Contains(other.BaseAddress) || other.Contains(network.BaseAddress))
                return other;
        }

        return null;
    }

    private static string? RefuseProxy(IPNetwork network, IReadOnlyList<IPNetwork> proxies) =>
        Overlapping(network, proxies) is { } proxy
            ? $"{network} and {proxy} of --proxy-protocol have addresses in common: a trusted proxy is not banned."
            : null;

    private string? Refuse(IPNetwork network)
    {
        var shortest = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? ShortestIPv4Bits : ShortestIPv6Bits;
        if (network.PrefixLength < shortest)
        {
            return $"{network} is too wide to be meant: a ban has a prefix of {ShortestIPv4Bits} bits or more for IPv4, of "
                + $"{ShortestIPv6Bits} or more for IPv6.";
        }

        if (Overlapping(network, Loopback) is not null)
            return $"{network} has this machine's own addresses in it (loopback), which are not banned.";
        if (RefuseProxy(network, _proxies) is { } refusal)
            return refusal;
        return _bans.Count >= MaxBans && !_bans.ContainsKey(network)
            ? $"There are {MaxBans} bans, which is the most: remove some, or ban wider networks."
            : null;
    }

    private void Load()
    {
        var (bans, trouble) = _file.Read();
        if (trouble is not null)
        {
            var aside = _file.TrySetAside() ?? "nothing, for it cannot be renamed";
            ServerLog.BansNotRead(_logger, _file.Location, trouble, bans.Count, aside);
        }

        var now = _time.GetUtcNow().UtcDateTime;
        foreach (var ban in bans)
        {
            var untilEnd = ban.Until - now;
            var remaining = untilEnd < ban.Remaining ? untilEnd : ban.Remaining;
            if (remaining <= TimeSpan.Zero)
                continue;
            if (Refuse(ban.Network) is { } reason)
                ServerLog.BanLifted(_logger, ban.Network, reason);
            else
                _bans[ban.Network] = (ban.Since, EndOf(remaining));
        }

        Publish();
        if (trouble is not null || _bans.Count != bans.Count)
            Save();
    }

    /// <summary>Forgets bans that have ended, keeps what is left of the others, and closes who came in while they were added.</summary>
    private void KeepUp()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var ended = _bans.Where(ban => ban.Value.EndsAt <= now).Select(static ban => ban.Key).ToList();
            foreach (var network in ended)
                _bans.Remove(network);
            if (ended is not [])
                Publish();
            if (_isUnsaved || ended is not [] || HasEnds())
                Save();
            if (_bans.Count == 0)
                return;
        }

        _close(Covers);
    }

    private bool HasEnds() => _bans.Values.Any(static ban => ban.EndsAt != long.MaxValue);

    private string? Changed()
    {
        Publish();
        return Save();
    }

    private void Publish() => _table = new BanTable(_bans.Select(static ban => (ban.Key, ban.Value.EndsAt)));

    /// <returns>Why it was not possible; null where it was. It is tried again every minute.</returns>
    private string? Save()
    {
        try
        {
            _file.Write(Describe());
            _isUnsaved = false;
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            if (!_isUnsaved)
                ServerLog.BansNotKept(_logger, _file.Location, failure.Message);
            _isUnsaved = true;
            return failure.Message;
        }
    }

    private List<Ban> Describe()
    {
        var (now, timestamp) = (_time.GetUtcNow().UtcDateTime, _time.GetTimestamp());
        return
        [
            .. _bans.Select(ban =>
            {
                var remaining = ban.Value.EndsAt == long.MaxValue
                    ? (TimeSpan?)null
                    : _time.GetElapsedTime(timestamp, Math.Max(timestamp, ban.Value.EndsAt));
                return new Ban(ban.Key, ban.Value.Since, now + remaining, remaining);
            }).OrderByDescending(static ban => ban.Since),
        ];
    }

    private long EndOf(TimeSpan? length) =>
        length is { } known ? _time.GetTimestamp() + (long)(known.TotalSeconds * _time.TimestampFrequency) : long.MaxValue;
}

/// <summary>What became of a change of the bans.</summary>
/// <param name="Refusal">Why nothing was changed; null where it was.</param>
/// <param name="NotKept">Why the change is lost at the end of the server if nothing else happens; null where it is on the disk.</param>
/// <param name="Closed">How many connections were closed.</param>
internal sealed record BanResult(string? Refusal, string? NotKept = null, int Closed = 0);
