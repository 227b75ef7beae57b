using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Protocol;

namespace InternalChat.Engine.Accounts;

/// <summary>
/// Counts failed logins per name and per address (<see cref="PeerNetwork"/>) over windows of a minute that begin with the first
/// failure. Whoever has used up a window waits for its end and no longer: nobody is locked out for more than 60 s by a stranger.
/// Thread-safe; bounded.
/// </summary>
internal sealed class LoginThrottle(EngineOptions options, TimeProvider time)
{
    private const int MaxEntries = 100_000;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<UserName, Failures> _names = [];
    private readonly Dictionary<PeerNetwork, Failures> _networks = [];

    /// <summary>
    /// Begins an attempt where one is allowed. It counts against the name as a failure until <see cref="Succeeded"/>, so that guesses
    /// made at the same time do not all get in before the first has failed. It does not yet count against the address, from which a
    /// whole office may log in at once.
    /// </summary>
    public bool TryBegin(in UserName name, IPAddress? address)
    {
        lock (_gate)
        {
            if (IsUsedUp(_names, name, options.MaxFailedLoginsPerName)
                || (address is not null && IsUsedUp(_networks, PeerNetwork.Of(address), options.MaxFailedLoginsPerAddress)))
                return false;
            Count(_names, name);
            return true;
        }
    }

    /// <summary>Counts a wrong password against the address it came from.</summary>
    public void Failed(IPAddress? address)
    {
        if (address is null)
            return;
        lock (_gate)
            Count(_networks, PeerNetwork.Of(address));
    }

    /// <summary>Takes back an attempt that came to nothing: too many logins were waiting.</summary>
    public void NotTried(in UserName name)
    {
        lock (_gate)
        {
            if (!_names.TryGetValue(name, out var failures))
                return;
            // Nothing counted is nothing to remember: it would take the place of what is.
            if (failures.Count <= 1)
                _names.Remove(name);
            else
                _names[name] = failures with { Count = failures.Count - 1 };
        }
    }

    /// <summary>A right password clears the name, not the address: that one may be guessing at others.</summary>
    public void Succeeded(in UserName name)
    {
        lock (_gate)
            _names.Remove(name);
    }

    /// <summary>Forgets a name's failures.</summary>
    /// <returns>Whether the name was throttled.</returns>
    public bool Unlock(in UserName name) => Unlock(_names, name, options.MaxFailedLoginsPerName);

    /// <summary>Forgets the failures of an address, and with it those of its IPv6 network.</summary>
    /// <returns>Whether it was throttled.</returns>
    public bool Unlock(IPAddress address) => Unlock(_networks, PeerNetwork.Of(address), options.MaxFailedLoginsPerAddress);

    private bool Unlock<TKey>(Dictionary<TKey, Failures> table, TKey key, int limit)
        where TKey : notnull
    {
        lock (_gate)
        {
            var wasThrottled = IsUsedUp(table, key, limit);
            table.Remove(key);
            return wasThrottled;
        }
    }

    private bool IsUsedUp<TKey>(Dictionary<TKey, Failures> table, TKey key, int limit)
        where TKey : notnull =>
        table.TryGetValue(key, out var failures) && IsCurrent(failures) && failures.Count >= limit;

    private void Count<TKey>(Dictionary<TKey, Failures> table, TKey key)
        where TKey : notnull
    {
        if (table.TryGetValue(key, out var failures) && IsCurrent(failures))
        {
            table[key] = failures with { Count = failures.Count + 1 };
            return;
        }

        if (table.Count >= MaxEntries)
            Forget(table);
        table[key] = new Failures(time.GetTimestamp(), 1);
    }

    private void Forget<TKey>(Dictionary<TKey, Failures> table)
        where TKey : notnull
    {
        foreach (var (key, failures) in table)
        {
            if (!IsCurrent(failures))
                table.Remove(key);
        }

        // Still full: a guessing storm from more sources than are worth remembering. Begin anew rather than grow.
        if (table.Count >= MaxEntries)
            table.Clear();
    }

    private bool IsCurrent(Failures failures) => time.GetElapsedTime(failures.Since) < Window;

    private readonly record struct Failures(long Since, int Count);
}
