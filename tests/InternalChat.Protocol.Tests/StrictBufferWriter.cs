using System.Buffers;
using System.Text;

namespace InternalChat.Protocol.Tests;

/// <summary>Gives exactly the room that was asked for, so that a writer that asks for too little fails.</summary>
internal sealed class StrictBufferWriter : IBufferWriter<byte>
{
    private readonly List<byte> _written = [];
    private byte[] _handedOut = [];

    public int Requests { get; private set; }

    public ReadOnlySpan<byte> Written => _written.ToArray();

    public string Text => Encoding.UTF8.GetString(Written);

    public static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var output = new StrictBufferWriter();
        write(output);
        return output.Written.ToArray();
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Requests++;
        return _handedOut = new byte[Math.Max(sizeHint, 1)];
    }

    public void Advance(int count)
    {
        _written.AddRange(_handedOut.AsSpan(0, count));
        _handedOut = [];
    }
}
