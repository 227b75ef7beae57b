using System.Buffers;

namespace InternalChat.Server.Network.ProxyProtocol;

/// <summary>
/// Recognises a PROXY protocol header at the beginning of a connection, of version 1 (a line of text) or 2 (binary), after
/// <c>doc/proxy-protocol.txt</c> of HAProxy. Pure and synchronous: call it again with more bytes while it says
/// <see cref="ProxyHeaderStatus.Incomplete"/>. It never looks further than <see cref="MaxHeaderBytes"/>.
/// </summary>
/// <remarks>What cannot become a header any more is <see cref="ProxyHeaderStatus.Malformed"/> at the first byte that tells.</remarks>
internal static class ProxyHeaderParser
{
    /// <summary>
    /// Longest header that is taken, with its TLVs. The text may be 107 bytes; a binary one without TLVs has at most 232.
    /// </summary>
    public const int MaxHeaderBytes = BinaryProxyHeader.MaxBytes;

    // Whatever is read of either version: the line, or the fixed part of the binary header with its longest addresses.
    private const int InspectedBytes = TextProxyHeader.MaxBytes;

    /// <summary>Looks at what was received so far.</summary>
    /// <param name="received">From the connection's first byte on.</param>
    /// <param name="header">Meaningful where the status is Complete.</param>
    /// <param name="length">Of the header in bytes where the status is Complete; what follows it is the client's.</param>
    public static ProxyHeaderStatus Parse(in ReadOnlySequence<byte> received, out ProxyHeader header, out int length)
    {
        Span<byte> copy = stackalloc byte[InspectedBytes];
        scoped var begin = received.FirstSpan;
        if (begin.Length < InspectedBytes && !received.IsSingleSegment)
        {
            var inspected = received.Slice(0, Math.Min(received.Length, InspectedBytes));
            inspected.CopyTo(copy);
            begin = copy[..(int)inspected.Length];
        }

        return begin is [TextProxyHeader.FirstByte, ..]
            ? TextProxyHeader.Parse(begin, out header, out length)
            : BinaryProxyHeader.Parse(begin, received.Length, out header, out length);
    }
}
