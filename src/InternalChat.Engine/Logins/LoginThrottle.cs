using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Protocol;

namespace InternalChat.Engine.Logins;

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
/// </remarks>
internal sealed class LoginThrottle(CurrentOptions current, TimeProvider time)
{
    private const int NetworksOfSite = 16;

    private readonly RecoveringCounts<Counted> _failures = new(counted => LimitOf(counted, current.Live), time);

    /// <summary>Whether an attempt could begin now.</summary>
    public bool IsOpen(LoginAttempt attempt) => _failures.IsOpen(CountedOf(attempt));

    /// <summary>Begins an attempt if one is allowed, and counts it as a failure until <see cref="TakeBack"/>.</summary>
    public bool TryBegin(LoginAttempt attempt) => _failures.TryBegin(CountedOf(attempt));

    /// <summary>The password was right.</summary>
    public void TakeBack(LoginAttempt attempt) => _failures.TakeBack(CountedOf(attempt));

    /// <summary>Forgets the failures at a name, wherever they came from.</summary>
    /// <returns>Whether somebody was throttled because of them.</returns>
    public bool Unlock(UserName name) => _failures.Forget(counted => counted.Name == name);

    /// <summary>Forgets the failures from an address, and with it from its IPv6 network and site.</summary>
    /// <returns>Whether somebody was throttled because of them.</returns>
    public bool Unlock(IPAddress address)
    {
        var network = PeerNetwork.Of(address);
        return _failures.Forget(counted => counted.Network is { } other && (other == network || other == network.Site));
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

    private static RecoveringLimit LimitOf(in Counted counted, LiveOptions options)
    {
        var limit = RecoveringLimit.Of((counted.Name, counted.Network) switch
        {
            (not null, not null) => options.FailedLogins,
            (not null, null) => options.FailedLoginsPerName,
            _ => options.FailedLoginsPerAddress,
        });
        return counted.Network is { IsSite: true } ? limit.Times(NetworksOfSite) : limit;
    }

    /// <summary>What is counted: a name from a network, a name from everywhere (no network), or a network at all names (no name).</summary>
    private readonly record struct Counted(UserName? Name, PeerNetwork? Network);
}
