using System.Runtime.InteropServices;
using System.Security.Cryptography;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Reading;
using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Accounts;

/// <summary>What the file says about a login before its password is tried.</summary>
/// <param name="Credentials">The account's; null if there is none.</param>
/// <param name="IsKnownNetwork">Whether the account has logged in from there before.</param>
/// <param name="MarkToNote">What stands for the network, if the login is to note it; null if it was noted lately.</param>
internal readonly record struct LoginFacts(Credentials? Credentials, bool IsKnownNetwork, long? MarkToNote);

/// <summary>
/// Looks accounts up for their logins, and whether they have logged in from a network before, also in an earlier run. The file has no
/// addresses for that, only marks: HMACs of name and network under a random key. Thread-safe.
/// </summary>
internal sealed class LoginLookup(IReaders readers, TimeProvider time)
{
    private static readonly TimeSpan NotedAnew = TimeSpan.FromDays(1);

    private byte[]? _key;

    /// <summary>Takes as long for a name without an account: it looks for that one's networks as well.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public async Task<LoginFacts> FindAsync(UserName name, PeerNetwork network)
    {
        var mark = await MarkAsync(name, network);
        var (credentials, seenAt) = await readers.RunAsync(Read, (name.ToString(), mark));
        if (credentials is null || seenAt is not { } at)
            return new LoginFacts(credentials, IsKnownNetwork: false, mark);
        var isFresh = time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(at) < NotedAnew;
        return new LoginFacts(credentials, IsKnownNetwork: true, isFresh ? null : mark);
    }

    /// <summary>What stands for a network where this name is concerned.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public async ValueTask<long> MarkAsync(UserName name, PeerNetwork network)
    {
        _key ??= await readers.RunAsync(static (reader, _) => reader.ReadNetworkKey(), 0);
        return Mark(_key, name, network);
    }

    private static (Credentials? Credentials, long? SeenAt) Read(IStoreReader reader, (string Name, long Mark) login)
    {
        var credentials = reader.FindCredentials(login.Name);
        return (credentials, reader.FindNetwork(credentials?.Id ?? 0, login.Mark));
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
