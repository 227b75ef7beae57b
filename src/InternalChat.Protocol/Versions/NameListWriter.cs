using System.Buffers;

namespace InternalChat.Protocol.Versions;

/// <summary>
/// Writes <c>INFO online: a, b, c</c> or <c>INFO known: a, b, c</c> name by name, going on in a further line of the same kind before
/// a line would pass <see cref="WireLimits.MaxServerLineBytes"/>. Not thread-safe; a value that lives for one reply.
/// </summary>
public struct NameListWriter
{
    private readonly bool _online;
    private int _lineBytes;

    private NameListWriter(bool online) => _online = online;

    /// <summary>Starts a list of those who are connected.</summary>
    public static NameListWriter Online() => new(online: true);

    /// <summary>Starts a list of all accounts.</summary>
    public static NameListWriter Known() => new(online: false);

    private readonly ReadOnlySpan<byte> Title => _online ? WireTokens.InfoOnline : WireTokens.InfoKnown;

    /// <summary>Whether a name fits into the line; otherwise it would begin the next.</summary>
    public readonly bool HasRoomFor(in UserName name) =>
        _lineBytes + WireTokens.NameSeparator.Length + name.Length + 1 <= WireLimits.MaxServerLineBytes;

    /// <summary>Appends one name. Names are given in the order of their bytes.</summary>
    public void Add(IBufferWriter<byte> output, in UserName name)
    {
        if (!HasRoomFor(name))
            End(output);
        if (_lineBytes == 0)
            Begin(output);
        else
            Append(output, WireTokens.NameSeparator);

        Span<byte> bytes = stackalloc byte[WireLimits.MaxUserNameBytes];
        Append(output, bytes[..name.CopyTo(bytes)]);
    }

    /// <summary>Appends those names of a whole line of the same kind that come after a name.</summary>
    public void AddAfter(IBufferWriter<byte> output, in UserName after, ReadOnlySpan<byte> line)
    {
        var names = line[(WireTokens.Info.Length + Title.Length + 2)..^1];
        foreach (var range in names.Split(WireTokens.NameSeparator))
        {
            if (UserName.TryParse(names[range], out var name) && name > after)
                Add(output, name);
        }
    }

    /// <summary>Ends the last line. A list without names is one line of its title alone.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (_lineBytes == 0)
            Begin(output);
        End(output);
    }

    private void Begin(IBufferWriter<byte> output)
    {
        Append(output, WireTokens.Info);
        Append(output, " "u8);
        Append(output, Title);
        Append(output, " "u8);
    }

    private void End(IBufferWriter<byte> output)
    {
        Append(output, "\n"u8);
        _lineBytes = 0;
    }

    private void Append(IBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        output.Write(text);
        _lineBytes += text.Length;
    }
}
