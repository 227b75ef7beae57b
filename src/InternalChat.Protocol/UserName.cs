using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace InternalChat.Protocol;

/// <summary>
/// A valid user name: 3 to 32 of <c>A-Z a-z 0-9 _ . -</c>, case-sensitive. Held inline in 32 zero-padded bytes (NUL is not a legal
/// character), so that it can travel by value, be a dictionary key and be compared without touching the heap.
/// </summary>
/// <remarks>The default value is not a name; <see cref="IsEmpty"/> tells. Immutable, safe from any thread.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct UserName : IEquatable<UserName>, IComparable<UserName>
{
    /// <summary>What a valid name is, for people.</summary>
    public const string Rule = "3 to 32 of A-Z a-z 0-9 _ . -";

    private static readonly SearchValues<byte> LegalBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"u8);

    // One key for each half of a field, and one for the sum.
    private static readonly ulong[] HashKeys =
    [
        RandomKey(), RandomKey(), RandomKey(), RandomKey(), RandomKey(), RandomKey(), RandomKey(), RandomKey(), RandomKey(),
    ];

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    private UserName(ReadOnlySpan<byte> validated)
    {
        Span<byte> padded = stackalloc byte[WireLimits.MaxUserNameBytes];
        padded.Clear();
        validated.CopyTo(padded);
        this = MemoryMarshal.Read<UserName>(padded);
    }

    /// <summary>Whether this is the default value, which is no name.</summary>
    public bool IsEmpty => _first == 0;

    /// <summary>Length in bytes: 3 to 32, or 0 for the default value.</summary>
    public int Length
    {
        get
        {
            var end = Padded(in this).IndexOf((byte)0);
            return end < 0 ? WireLimits.MaxUserNameBytes : end;
        }
    }

    /// <summary>Reads a name from its bytes on the wire.</summary>
    /// <returns>False where the bytes are no valid name.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out UserName name)
    {
        if (utf8.Length is < WireLimits.MinUserNameBytes or > WireLimits.MaxUserNameBytes || utf8.ContainsAnyExcept(LegalBytes))
        {
            name = default;
            return false;
        }

        name = new UserName(utf8);
        return true;
    }

    /// <summary>Reads a name from text, as <see cref="TryParse(ReadOnlySpan{byte}, out UserName)"/> does from bytes.</summary>
    public static bool TryParse(string text, out UserName name)
    {
        Span<byte> bytes = stackalloc byte[WireLimits.MaxUserNameBytes];
        if (Encoding.UTF8.TryGetBytes(text, bytes, out var written))
            return TryParse(bytes[..written], out name);
        name = default;
        return false;
    }

    /// <summary>The name in text.</summary>
    /// <exception cref="FormatException">The text is no valid name.</exception>
    public static UserName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException("A user name is 3 to 32 of A-Z a-z 0-9 _ . -");

    /// <summary>Copies the name's bytes to the start of <paramref name="destination"/>, which holds at least 32 bytes.</summary>
    /// <returns>How many bytes of <paramref name="destination"/> are the name; what follows up to 32 is zeroed.</returns>
    public int CopyTo(Span<byte> destination)
    {
        Padded(in this).CopyTo(destination);
        return Length;
    }

    /// <summary>Order by bytes, as LIST shows names.</summary>
    public int CompareTo(UserName other) => Padded(in this).SequenceCompareTo(Padded(in other));

    /// <inheritdoc/>
    public bool Equals(UserName other) =>
        _first == other._first && _second == other._second && _third == other._third && _fourth == other._fourth;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is UserName other && Equals(other);

    /// <summary>
    /// Multilinear hashing with keys made anew in every process. It is strongly universal: whatever names somebody chooses without
    /// knowing the keys, two of them collide with a probability of 2^-32. (<see cref="HashCode"/> folds each field without its seed.)
    /// </summary>
    public override int GetHashCode()
    {
        var keys = HashKeys;
        var sum = keys[8]
            + (keys[0] * (uint)_first) + (keys[1] * (_first >> 32))
            + (keys[2] * (uint)_second) + (keys[3] * (_second >> 32))
            + (keys[4] * (uint)_third) + (keys[5] * (_third >> 32))
            + (keys[6] * (uint)_fourth) + (keys[7] * (_fourth >> 32));
        return (int)(sum >> 32);
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.ASCII.GetString(Padded(in this)[..Length]);

    /// <summary>Equality by bytes.</summary>
    public static bool operator ==(UserName left, UserName right) => left.Equals(right);

    /// <summary>Inequality by bytes.</summary>
    public static bool operator !=(UserName left, UserName right) => !left.Equals(right);

    /// <summary>Order by bytes.</summary>
    public static bool operator <(UserName left, UserName right) => left.CompareTo(right) < 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator >(UserName left, UserName right) => left.CompareTo(right) > 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator <=(UserName left, UserName right) => left.CompareTo(right) <= 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator >=(UserName left, UserName right) => left.CompareTo(right) >= 0;

    /// <summary>
    /// 64 bits of the kernel's random numbers, as GUIDs are made of; RandomNumberGenerator would load OpenSSL, 3 MiB, for these alone.
    /// Of a GUID six bits are fixed, and none of them is in the same place of the other half.
    /// </summary>
    private static ulong RandomKey()
    {
        Span<byte> guid = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(guid);
        var halves = MemoryMarshal.Cast<byte, ulong>(guid);
        return halves[0] ^ halves[1];
    }

    private static ReadOnlySpan<byte> Padded(ref readonly UserName name) =>
        MemoryMarshal.AsBytes(new ReadOnlySpan<UserName>(in name));
}
