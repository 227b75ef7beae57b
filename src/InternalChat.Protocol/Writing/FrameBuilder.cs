using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;

namespace InternalChat.Protocol.Writing;

/// <summary>Fills one span, taken once from the output, with the words of a frame. The caller has asked for enough.</summary>
internal ref struct FrameBuilder(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _written;

    internal static FrameBuilder Start(IBufferWriter<byte> output, int maxBytes) => new(output.GetSpan(maxBytes));

    internal FrameBuilder Text(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_destination[_written..]);
        _written += text.Length;
        return this;
    }

    internal FrameBuilder Space()
    {
        _destination[_written++] = (byte)' ';
        return this;
    }

    internal FrameBuilder Number(long value)
    {
        var fits = Utf8Formatter.TryFormat(value, _destination[_written..], out var written);
        Debug.Assert(fits, "The frame has asked for too little room.");
        _written += written;
        return this;
    }

    /// <summary>Needs room for the longest name, whatever this one's length.</summary>
    internal FrameBuilder Name(in UserName name)
    {
        _written += name.CopyTo(_destination[_written..]);
        return this;
    }

    /// <summary>Ends the line and hands it to the output.</summary>
    internal void End(IBufferWriter<byte> output)
    {
        _destination[_written++] = (byte)'\n';
        output.Advance(_written);
    }
}
