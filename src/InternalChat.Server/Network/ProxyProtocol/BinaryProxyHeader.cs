using System.Buffers.Binary;
using System.Net;

namespace InternalChat.Server.Network.ProxyProtocol;

/// <summary>
/// Version 2: a signature, a byte of version and command, a byte of family and protocol, the length of what follows in two bytes;
/// then the addresses, then type-length-value fields, which are skipped.
/// </summary>
internal static class BinaryProxyHeader
{
    /// <summary>
    /// Longest that is taken. The fields are the proxy's business and could be 64 KiB; with all that proxies send, a certificate's
    /// names included, they are a few hundred bytes.
    /// </summary>
    public const int MaxBytes = 4_096;

    private const int FixedBytes = 16;
    private const int CommandOffset = 12;
    private const int FamilyOffset = 13;
    private const int LengthOffset = 14;
    private const byte Version = 0x20;
    private const byte Local = Version | 0;
    private const byte Proxy = Version | 1;
    private const byte TcpOverIPv4 = 0x11;
    private const byte TcpOverIPv6 = 0x21;
    private const int IPv4Bytes = 4;
    private const int IPv6Bytes = 16;

    // Families: unspecified, IPv4, IPv6, Unix; protocols: unspecified, stream, datagram.
    private const int LastFamily = 3;
    private const int LastProtocol = 2;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>As <see cref="ProxyHeaderParser.Parse"/>.</summary>
    /// <param name="begin">The first bytes, enough for the addresses.</param>
    /// <param name="receivedBytes">How many there are in all.</param>
    /// <param name="header">As there.</param>
    /// <param name="length">As there.</param>
    public static ProxyHeaderStatus Parse(ReadOnlySpan<byte> begin, long receivedBytes, out ProxyHeader header, out int length)
    {
        header = default;
        length = 0;
        var signature = begin[..Math.Min(begin.Length, Signature.Length)];
        if (!Signature.StartsWith(signature)
            || (begin.Length > CommandOffset && begin[CommandOffset] is not (Local or Proxy))
            || (begin.Length > FamilyOffset && begin[CommandOffset] == Proxy && !IsFamily(begin[FamilyOffset])))
            return ProxyHeaderStatus.Malformed;
        if (begin.Length < FixedBytes)
            return ProxyHeaderStatus.Incomplete;
        var whole = FixedBytes + BinaryPrimitives.ReadUInt16BigEndian(begin[LengthOffset..]);
        var addressBytes = begin[CommandOffset] == Local ? 0 : AddressBytes(begin[FamilyOffset]);
        if (whole > MaxBytes || whole < FixedBytes + SourceAndDestination(addressBytes))
            return ProxyHeaderStatus.Malformed;
        if (receivedBytes < whole)
            return ProxyHeaderStatus.Incomplete;
        length = whole;
        if (addressBytes > 0)
            header = new ProxyHeader(Source(begin[FixedBytes..], addressBytes));
        return ProxyHeaderStatus.Complete;
    }

    private static bool IsFamily(byte familyAndProtocol) =>
        familyAndProtocol >> 4 <= LastFamily && (familyAndProtocol & 0xF) <= LastProtocol;

    /// <summary>0 where the addresses are none that a client of ours can have.</summary>
    private static int AddressBytes(byte familyAndProtocol) => familyAndProtocol switch
    {
        TcpOverIPv4 => IPv4Bytes,
        TcpOverIPv6 => IPv6Bytes,
        _ => 0,
    };

    private static int SourceAndDestination(int addressBytes) => addressBytes == 0 ? 0 : 2 * addressBytes + 2 * sizeof(ushort);

    private static IPEndPoint Source(ReadOnlySpan<byte> addresses, int addressBytes) => new(
        new IPAddress(addresses[..addressBytes]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * addressBytes)..]));
}
