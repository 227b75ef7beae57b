using System.Runtime.InteropServices;
using System.Security.Cryptography;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Reading;
using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Logins;

/// <summary>What the store says about a login before its password is tried.</summary>
/// <param name="Credentials">The account's; null if there is none.</param>
/// <param name="IsKnownNetwork">Whether the account has logged in from there before.</param>
/// <param name="MarkToNote">What stands for the network, if the login is to note it; null if it was noted lately.</param>
internal readonly record struct LoginFacts(Credentials? Credentials, bool IsKnownNetwork, long? MarkToNote);

/// <summary>
/// Looks accounts up for their logins, and whether they have logged in from a network before, also in an earlier run. The store has no
/// addresses for that, only marks: HMACs of name and network under a random key. Thread-safe.
/// </summary>
internal sealed class LoginLookup(IReaders readers, TimeProvider time)
{
    private const string NoName = "";

    private static readonly TimeSpan NotedAnew = TimeSpan.FromDays(1);

    private byte[]? _key;
    private volatile string _someName = NoName;
    private long _found;
    private long _missed;

    /// <summary>Names that were looked up, since the start: those that have an account, and those that have none.</summary>
    public (long Found, long Missed) LookedUp => (Volatile.Read(ref _found), Volatile.Read(ref _missed));

    /// <summary>Takes as long for a name without an account.</summary>
    /// <remarks>
    /// A stranger who is throttled may ask so often that a few microseconds tell names with an account from others. So one name that has an
    /// account and one that has none is looked up each time, and networks are looked for whether or not there is an account.
    /// </remarks>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task<LoginFacts> FindAsync(UserName name, PeerNetwork network)
    {
        var mark = await MarkAsync(name, network);
        var (credentials, seenAt) = await readers.ShortAsync(
            static (reader, login) => login.lookup.Read(reader, login.name, login.mark), (lookup: this, name: name.ToString(), mark));
        if (credentials is null || seenAt is not { } at)
            return new LoginFacts(credentials, IsKnownNetwork: false, mark);
        var age = time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(at);
        // One from the future was noted while the clock was ahead.
        var isFresh = age >= TimeSpan.Zero && age < NotedAnew;
        return new LoginFacts(credentials, IsKnownNetwork: true, isFresh ? null : mark);
    }

    /// <summary>What stands for a network where this name is concerned.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async ValueTask<long> MarkAsync(UserName name, PeerNetwork network)
    {
        _key ??= await readers.ShortAsync(static (reader, _) => reader.ReadNetworkKey(), 0);
        return Mark(_key, name, network);
    }

    private (Credentials? Credentials, long? SeenAt) Read(IStoreReader reader, string name, long mark)
    {
        var credentials = FindCredentials(reader, name);
        var other = FindCredentials(reader, credentials is null ? _someName : NoName);
        // The first time, and when that one has been erased.
        if (credentials is null && other is null)
            _someName = reader.ListUsernames(NoName, count: 1) is [var first] ? first : NoName;
        return (credentials, reader.FindNetwork(credentials?.Id ?? 0, mark));
    }

    private Credentials? FindCredentials(IStoreReader reader, string name)
    {
        var credentials = reader.FindCredentials(name);
        Interlocked.Increment(ref credentials is null ? ref _missed : ref _found);
        return credentials;
    }

    private static long Mark(byte[] key, in UserName name, PeerNetwork network)
    {
        Span<byte> text = stackalloc byte[WireLimits.MaxUserNameBytes + PeerNetwork.Bytes];
        name.CopyTo(text);
        network.WriteTo(text[WireLimits.MaxUserNameBytes..]);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, text, digest);
        return MemoryMarshal.Read<long>(digest);
    }
}
