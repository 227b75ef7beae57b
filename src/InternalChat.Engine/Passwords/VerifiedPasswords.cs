using System.Runtime.InteropServices;
using System.Security.Cryptography;
using InternalChat.Engine.Connections;
using InternalChat.Protocol;

namespace InternalChat.Engine.Passwords;

/// <summary>
/// Remembers, in memory only, which passwords were verified lately, as HMACs under a key of this process: a reconnect storm costs
/// microseconds a login. Two generations of bounded size; an entry lives for one to two <see cref="Lifetime"/>s. Thread-safe.
/// </summary>
internal sealed class VerifiedPasswords(TimeProvider time)
{
    // 80 bytes an entry: at most some 10 MB, and twice that while a table grows.
    private const int GenerationSize = 65_536;
    private const int MaxPasswordBytes = WireLimits.MaxClientLineBytes;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    // Made for the first connection: it loads OpenSSL, which a server to whom nobody comes does without.
    private readonly Lazy<byte[]> _key = new(static () => RandomNumberGenerator.GetBytes(32));
    private readonly Lock _gate = new();
    private Dictionary<UserName, Entry> _young = [];
    private Dictionary<UserName, Entry> _old = [];
    private long _rotatedAt = time.GetTimestamp();

    /// <summary>
    /// Makes the key, and has OpenSSL loaded. It cannot be once connections have taken all files that the process may open, and .NET ends
    /// a process that needs it then.
    /// </summary>
    public void MakeKey() => _ = _key.Value;

    /// <summary>Whether a password of this name was verified lately, and from where. Tells nothing of the password.</summary>
    public bool Remembers(in UserName name, out PeerNetwork network)
    {
        lock (_gate)
        {
            Rotate();
            var isRemembered = _young.TryGetValue(name, out var entry) || _old.TryGetValue(name, out entry);
            network = entry.Network;
            return isRemembered;
        }
    }

    /// <summary>The account, where this very password was verified for this name lately. To ask is to guess: see the throttle.</summary>
    public bool TryGet(in UserName name, PasswordFingerprint password, out long accountId)
    {
        lock (_gate)
        {
            Rotate();
            if ((_young.TryGetValue(name, out var entry) || _old.TryGetValue(name, out entry))
                && IsSame(entry.Password, password))
            {
                accountId = entry.AccountId;
                return true;
            }
        }

        accountId = 0;
        return false;
    }

    /// <summary>Remembers a verified password. The writer's: a login that an operator's change has overtaken leaves nothing.</summary>
    public void Remember(in UserName name, PasswordFingerprint password, long accountId, PeerNetwork network = default)
    {
        lock (_gate)
        {
            Rotate();
            _young[name] = new Entry(accountId, password, network);
        }
    }

    /// <summary>Forgets a name's password: it was changed, or the account closed. The writer's.</summary>
    public void Forget(in UserName name)
    {
        lock (_gate)
        {
            _young.Remove(name);
            _old.Remove(name);
        }
    }

    /// <summary>What this table knows a password of a name by.</summary>
    public PasswordFingerprint Fingerprint(in UserName name, ReadOnlySpan<byte> password)
    {
        Span<byte> text = stackalloc byte[WireLimits.MaxUserNameBytes + MaxPasswordBytes];
        // Names are padded to their full length, so no two pairs of name and password make the same text.
        name.CopyTo(text);
        password.CopyTo(text[WireLimits.MaxUserNameBytes..]);
        var used = text[..(WireLimits.MaxUserNameBytes + password.Length)];
        try
        {
            Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
            HMACSHA256.HashData(_key.Value, used, digest);
            return MemoryMarshal.Read<PasswordFingerprint>(digest);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(used);
        }
    }

    private void Rotate()
    {
        if (_young.Count < GenerationSize && time.GetElapsedTime(_rotatedAt) < Lifetime)
            return;
        _rotatedAt = time.GetTimestamp();
        (_old, _young) = (_young, _old);
        _young.Clear();
    }

    private static bool IsSame(PasswordFingerprint left, PasswordFingerprint right) => CryptographicOperations.FixedTimeEquals(
        MemoryMarshal.AsBytes(new ReadOnlySpan<PasswordFingerprint>(in left)),
        MemoryMarshal.AsBytes(new ReadOnlySpan<PasswordFingerprint>(in right)));

    private readonly record struct Entry(long AccountId, PasswordFingerprint Password, PeerNetwork Network);
}

/// <summary>
/// The first half of an HMAC of a name and its password: 128 bits are as hard to hit as any key, and take no array of their own.
/// </summary>
internal readonly record struct PasswordFingerprint(ulong First, ulong Second);
