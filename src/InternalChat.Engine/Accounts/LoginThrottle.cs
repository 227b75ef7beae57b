using System.Net;
using InternalChat.Protocol;

namespace InternalChat.Engine.Accounts;

/// <summary>
/// Counts failed logins per name and per address over windows of a minute that begin with the first failure. Whoever has used up a
/// window waits for its end and no longer: nobody is locked out for more than 60 s by a stranger. Thread-safe; bounded.
/// </summary>
internal sealed class LoginThrottle(EngineOptions options, TimeProvider time)
{
    private const int MaxEntries = 100_000;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<UserName, Failures> _names = [];
    private readonly Dictionary<IPAddress, Failures> _addresses = [];

    /// <summary>Whether a login may be tried now.</summary>
    public bool IsOpen(in UserName name, IPAddress? address)
    {
        lock (_gate)
        {
            return !IsUsedUp(_names, name, options.MaxFailedLoginsPerName)
                && (address is null || !IsUsedUp(_addresses, address, options.MaxFailedLoginsPerAddress));
        }
    }

    /// <summary>Counts a wrong password.</summary>
    public void Failed(in UserName name, IPAddress? address)
    {
        lock (_gate)
        {
            Count(_names, name);
            if (address is not null)
                Count(_addresses, address);
        }
    }

    /// <summary>A right password clears the name, not the address: that one may be guessing at others.</summary>
    public void Succeeded(in UserName name)
    {
        lock (_gate)
            _names.Remove(name);
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
