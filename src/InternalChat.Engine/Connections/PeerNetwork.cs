using System.Buffers.Binary;
using System.Net;

namespace InternalChat.Engine.Connections;

/// <summary>
/// What counts as one address where addresses are limited: an IPv4 address, or an IPv6 network of 64 bits, which is the least that
/// one subscriber gets and as many addresses as it likes. The default value stands for peers that have no address.
/// </summary>
internal readonly record struct PeerNetwork
{
    /// <summary>What <see cref="WriteTo"/> takes.</summary>
    public const int Bytes = sizeof(ulong) + 1;

    private const int IPv6Bytes = 16;
    private const int SiteBits = 48;

    private readonly ulong _prefix;
    private readonly byte _bits;

    private PeerNetwork(ulong prefix, byte bits) => (_prefix, _bits) = (prefix, bits);

    public bool HasAddress => _bits != 0;

    public bool IsSite => _bits == SiteBits;

    /// <summary>The IPv6 network of 48 bits around this one, which is what a site may get; null if this is not a network of IPv6.</summary>
    public PeerNetwork? Site => _bits == 64 ? new PeerNetwork(_prefix >> (64 - SiteBits) << (64 - SiteBits), SiteBits) : null;

    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _prefix);
        destination[sizeof(ulong)] = _bits;
    }

    public static PeerNetwork Of(IPAddress? address)
    {
        if (address is null)
            return default;
        // Else all of IPv4 would be one network.
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[IPv6Bytes];
        address.TryWriteBytes(bytes, out var length);
        return length == IPv6Bytes
            ? new PeerNetwork(BinaryPrimitives.ReadUInt64BigEndian(bytes), bits: 64)
            : new PeerNetwork(BinaryPrimitives.ReadUInt32BigEndian(bytes), bits: 32);
    }
}
