using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.Engine.Connections;

/// <summary>
/// What counts as one address where addresses are limited: an IPv4 address, or an IPv6 network of 64 bits, which is the least that
/// one subscriber gets and as many addresses as it likes.
/// </summary>
internal readonly record struct PeerNetwork
{
    private const int IPv6Bytes = 16;

    private readonly ulong _prefix;
    private readonly bool _isIPv6;

    private PeerNetwork(ulong prefix, bool isIPv6) => (_prefix, _isIPv6) = (prefix, isIPv6);

    public static PeerNetwork Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[IPv6Bytes];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new PeerNetwork(BinaryPrimitives.ReadUInt64BigEndian(bytes), isIPv6: true)
            : new PeerNetwork(BinaryPrimitives.ReadUInt32BigEndian(bytes), isIPv6: false);
    }
}
