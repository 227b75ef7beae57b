using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Protocol;

namespace InternalChat.Engine.Accounts;

/// <summary>A password that is about to be tried.</summary>
/// <param name="Name">Whose it may be; there need not be such an account.</param>
/// <param name="Network">Where it comes from.</param>
/// <param name="IsKnown">Whether the name has logged in from there before.</param>
internal readonly record struct LoginAttempt(UserName Name, PeerNetwork Network, bool IsKnown);

/// <summary>
/// Decides who may try a password. Every attempt counts when it begins and is taken back when the password was right, so that guesses
/// made at the same time do not all get in before the first has failed. Thread-safe; bounded.
/// </summary>
/// <remarks>
/// What counts together is a name from one network; and, unless the name has logged in from that network before, the name from all such
/// networks and the network over all such names. A stranger who guesses elsewhere can therefore not lock a user out who comes from where
/// it came from before, nor can one behind the same address who guesses at other names. IPv6 networks count once more by their site, 16
/// of them together, for a site has 65,536 to guess from.
/// <para>
/// Each count is one number: the moment by which it will have recovered, one failure after the other.
/// </para>
/// </remarks>
internal sealed class LoginThrottle(CurrentOptions current, TimeProvider time)
{
    private const int MaxEntries = 100_000;
    private const int NetworksOfSite = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<Counted, TimeSpan> _recovered = [];
    private readonly long _start = time.GetTimestamp();

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Whether an attempt could begin now.</summary>
    public bool IsOpen(LoginAttempt attempt)
    {
        lock (_gate)
            return IsOpen(CountedOf(attempt), Now);
    }

    /// <summary>Begins an attempt if one is allowed, and counts it as a failure until <see cref="TakeBack"/>.</summary>
    public bool TryBegin(LoginAttempt attempt)
    {
        var all = CountedOf(attempt);
        lock (_gate)
        {
            var now = Now;
            if (!IsOpen(all, now))
                return false;
            if (_recovered.Count + all.Count > MaxEntries)
                MakeRoom(now);
            foreach (var counted in all)
                _recovered[counted] = RecoveredAt(counted, now) + LimitOf(counted).Recovery;
            return true;
        }
    }

    /// <summary>The password was right.</summary>
    public void TakeBack(LoginAttempt attempt)
    {
        lock (_gate)
        {
            var now = Now;
            foreach (var counted in CountedOf(attempt))
            {
                var recovered = RecoveredAt(counted, now) - LimitOf(counted).Recovery;
                if (recovered > now)
                    _recovered[counted] = recovered;
                else
                    _recovered.Remove(counted);
            }
        }
    }

    /// <summary>Forgets the failures at a name, wherever they came from.</summary>
    /// <returns>Whether somebody was throttled because of them.</returns>
    public bool Unlock(UserName name) => Forget(counted => counted.Name == name);

    /// <summary>Forgets the failures from an address, and with it from its IPv6 network and site.</summary>
    /// <returns>Whether somebody was throttled because of them.</returns>
    public bool Unlock(IPAddress address)
    {
        var network = PeerNetwork.Of(address);
        return Forget(counted => counted.Network is { } other && (other == network || other == network.Site));
    }

    private static List<Counted> CountedOf(in LoginAttempt attempt)
    {
        var (name, network) = (attempt.Name, attempt.Network);
        List<Counted> counted = new(5) { new(name, network) };
        if (!attempt.IsKnown)
        {
            counted.Add(new Counted(name, null));
            if (network.HasAddress)
                counted.Add(new Counted(null, network));
            if (network.Site is { } site)
            {
                counted.Add(new Counted(name, site));
                counted.Add(new Counted(null, site));
            }
        }

        return counted;
    }

    private bool IsOpen(List<Counted> all, TimeSpan now)
    {
        foreach (var counted in all)
        {
            if (IsUsedUp(counted, now))
                return false;
        }

        return true;
    }

    private bool IsUsedUp(in Counted counted, TimeSpan now)
    {
        var limit = LimitOf(counted);
        return RecoveredAt(counted, now) + limit.Recovery - now > limit.Window;
    }

    private TimeSpan RecoveredAt(in Counted counted, TimeSpan now) =>
        _recovered.TryGetValue(counted, out var at) && at > now ? at : now;

    private bool Forget(Predicate<Counted> isMeant)
    {
        lock (_gate)
        {
            var now = Now;
            var wasUsedUp = false;
            foreach (var counted in _recovered.Keys)
            {
                if (!isMeant(counted))
                    continue;
                wasUsedUp |= IsUsedUp(counted, now);
                _recovered.Remove(counted);
            }

            return wasUsedUp;
        }
    }

    private FailureLimit LimitOf(in Counted counted)
    {
        var options = current.Live;
        var limit = (counted.Name, counted.Network) switch
        {
            (not null, not null) => options.FailedLogins,
            (not null, null) => options.FailedLoginsPerName,
            _ => options.FailedLoginsPerAddress,
        };
        return counted.Network is { IsSite: true } ? limit.Times(NetworksOfSite) : limit;
    }

    /// <summary>
    /// Forgets what has recovered, and then what recovers next until half the room is free: what is guessed at most stays the longest, so
    /// that it is not forgotten because of failures at many other names.
    /// </summary>
    private void MakeRoom(TimeSpan now)
    {
        foreach (var (counted, at) in _recovered)
        {
            if (at <= now)
                _recovered.Remove(counted);
        }

        var surplus = _recovered.Count - (MaxEntries / 2);
        if (surplus <= 0)
            return;
        foreach (var (counted, _) in _recovered.OrderBy(static entry => entry.Value).Take(surplus).ToArray())
            _recovered.Remove(counted);
    }

    /// <summary>What is counted: a name from a network, a name from everywhere (no network), or a network at all names (no name).</summary>
    private readonly record struct Counted(UserName? Name, PeerNetwork? Network);
}
