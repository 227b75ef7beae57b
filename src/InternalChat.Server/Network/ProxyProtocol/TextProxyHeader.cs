using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.Server.Network.ProxyProtocol;

/// <summary>Version 1: <c>PROXY TCP4|TCP6 source destination port port</c> or <c>PROXY UNKNOWN …</c>, ended by CR LF.</summary>
internal static class TextProxyHeader
{
    /// <summary>Of the longest line, CR LF included.</summary>
    public const int MaxBytes = 107;

    public const byte FirstByte = (byte)'P';

    private const int LongestIPv4Text = 15;

    private static readonly SearchValues<byte> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:."u8);

    private static ReadOnlySpan<byte> Signature => "PROXY "u8;

    private static ReadOnlySpan<byte> Unknown => "UNKNOWN"u8;

    /// <summary>As <see cref="ProxyHeaderParser.Parse"/>, over the first bytes.</summary>
    public static ProxyHeaderStatus Parse(ReadOnlySpan<byte> begin, out ProxyHeader header, out int length)
    {
        header = default;
        length = 0;
        var signature = begin[..Math.Min(begin.Length, Signature.Length)];
        if (!Signature.StartsWith(signature))
            return ProxyHeaderStatus.Malformed;
        var line = begin[..Math.Min(begin.Length, MaxBytes)];
        var end = line.IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0)
            return line.Length < MaxBytes - 1 ? ProxyHeaderStatus.Incomplete : ProxyHeaderStatus.Malformed;
        if (line[end] == '\n')
            return ProxyHeaderStatus.Malformed;
        if (end + 1 == line.Length)
            return line.Length < MaxBytes ? ProxyHeaderStatus.Incomplete : ProxyHeaderStatus.Malformed;
        if (line[end + 1] != '\n' || end < Signature.Length || !TryParseFields(line[Signature.Length..end], out header))
            return ProxyHeaderStatus.Malformed;
        length = end + 2;
        return ProxyHeaderStatus.Complete;
    }

    private static bool TryParseFields(ReadOnlySpan<byte> fields, out ProxyHeader header)
    {
        header = default;
        var protocol = TakeField(ref fields);
        if (protocol.SequenceEqual(Unknown))
            return true;
        var family = protocol.SequenceEqual("TCP4"u8) ? AddressFamily.InterNetwork
            : protocol.SequenceEqual("TCP6"u8) ? AddressFamily.InterNetworkV6
            : AddressFamily.Unspecified;
        if (!TryParseAddress(TakeField(ref fields), family, out var source)
            || !TryParseAddress(TakeField(ref fields), family, out _)
            || !TryParsePort(TakeField(ref fields), out var sourcePort)
            || !TryParsePort(fields, out _))
            return false;
        header = new ProxyHeader(new IPEndPoint(source, sourcePort));
        return true;
    }

    /// <summary>Takes what stands before the next space; without one everything, which leaves an empty rest that is no field.</summary>
    private static ReadOnlySpan<byte> TakeField(ref ReadOnlySpan<byte> fields)
    {
        var length = fields.IndexOf((byte)' ');
        var field = length < 0 ? fields : fields[..length];
        fields = length < 0 ? [] : fields[(length + 1)..];
        return field;
    }

    private static bool TryParseAddress(ReadOnlySpan<byte> text, AddressFamily family, out IPAddress address)
    {
        address = IPAddress.None;
        // The library also takes 127.1, 0x7f000001, scopes and brackets, which no proxy writes and different programs read differently.
        if (family == AddressFamily.InterNetworkV6 && text.ContainsAnyExcept(IPv6Characters))
            return false;
        if (!IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != family)
            return false;
        address = parsed;
        return family == AddressFamily.InterNetworkV6 || IsCanonical(text, parsed);
    }

    private static bool IsCanonical(ReadOnlySpan<byte> text, IPAddress address)
    {
        Span<byte> canonical = stackalloc byte[LongestIPv4Text];
        return address.TryFormat(canonical, out var length) && text.SequenceEqual(canonical[..length]);
    }

    private static bool TryParsePort(ReadOnlySpan<byte> text, out ushort port)
    {
        port = 0;
        // The library also takes NULs behind a number.
        return text is [(byte)'0'] or [not (byte)'0', ..]
            && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
    }
}
