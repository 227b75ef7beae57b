namespace InternalChat.Protocol.Parsing;

/// <summary>
/// Lines from the server to frames, for clients. Pure and synchronous; never throws; allocates nothing. A line of a later version
/// of the protocol is <see cref="ServerFrameKind.Unknown"/>, <see cref="ServerFrameKind.Ok"/> or <see cref="ServerFrameKind.Info"/>.
/// </summary>
public static class ServerFrameParser
{
    /// <summary>Parses one line (without its line end).</summary>
    public static ServerFrame Parse(ReadOnlySpan<byte> line)
    {
        var rest = line;
        var verb = NextWord(ref rest);
        if (verb.SequenceEqual(WireTokens.From) && TryMessage(ServerFrameKind.From, rest, out var frame))
            return frame;
        if (verb.SequenceEqual(WireTokens.Delivered) && WireNumber.TryParse(rest, out var delivered))
            return new ServerFrame { Kind = ServerFrameKind.Delivered, Id = delivered };
        if (verb.SequenceEqual(WireTokens.Ok))
            return Ok(rest);
        if (verb.SequenceEqual(WireTokens.Read) && WireNumber.TryParse(NextWord(ref rest), out var read) && IsWord(rest))
            return new ServerFrame { Kind = ServerFrameKind.Read, Id = read, Name = rest };
        if (verb.SequenceEqual(WireTokens.Info))
            return Info(rest);
        if (verb.SequenceEqual(WireTokens.Error))
            return new ServerFrame { Kind = ServerFrameKind.Error, Error = WireErrors.Parse(NextWord(ref rest)), Text = rest };
        return new ServerFrame { Kind = line.SequenceEqual(WireTokens.Pong) ? ServerFrameKind.Pong : ServerFrameKind.Unknown, Text = line };
    }

    private static ServerFrame Ok(ReadOnlySpan<byte> message)
    {
        var rest = message;
        var word = NextWord(ref rest);
        if (word.SequenceEqual(WireTokens.OkQueued) && WireNumber.TryParse(rest, out var queued))
            return new ServerFrame { Kind = ServerFrameKind.OkQueued, Id = queued, Text = message };
        if (word.SequenceEqual(WireTokens.OkRead) && WireNumber.TryParse(rest, out var read))
            return new ServerFrame { Kind = ServerFrameKind.OkRead, Id = read, Text = message };
        return new ServerFrame { Kind = ServerFrameKind.Ok, Text = message };
    }

    private static ServerFrame Info(ReadOnlySpan<byte> message)
    {
        var rest = message;
        var word = NextWord(ref rest);
        if (word.SequenceEqual(WireTokens.InfoHistory) && TryMessage(ServerFrameKind.History, rest, out var frame))
            return frame;
        if (word.SequenceEqual(WireTokens.InfoHistoryCount) && WireNumber.TryParse(rest, out var count))
            return new ServerFrame { Kind = ServerFrameKind.HistoryCount, Id = count };
        if (word.SequenceEqual(WireTokens.InfoUserOnline) && IsWord(rest))
            return new ServerFrame { Kind = ServerFrameKind.UserOnline, Name = rest };
        if (word.SequenceEqual(WireTokens.InfoUserOffline) && IsWord(rest))
            return new ServerFrame { Kind = ServerFrameKind.UserOffline, Name = rest };
        if (word.SequenceEqual(WireTokens.InfoOnline))
            return new ServerFrame { Kind = ServerFrameKind.Online, Text = rest };
        if (word.SequenceEqual(WireTokens.InfoKnown))
            return new ServerFrame { Kind = ServerFrameKind.Known, Text = rest };
        if (word.SequenceEqual(WireTokens.InfoNotice))
            return new ServerFrame { Kind = ServerFrameKind.Notice, Text = rest };
        return new ServerFrame
        {
            Kind = message.SequenceEqual(WireTokens.InfoServerShutdown) ? ServerFrameKind.ServerShutdown : ServerFrameKind.Info,
            Text = message,
        };
    }

    private static bool TryMessage(ServerFrameKind kind, ReadOnlySpan<byte> rest, out ServerFrame frame)
    {
        frame = default;
        if (!WireNumber.TryParse(NextWord(ref rest), out var id))
            return false;
        var sender = NextWord(ref rest);
        if (sender.IsEmpty || !WireNumber.TryParse(NextWord(ref rest), out var timestamp))
            return false;
        frame = new ServerFrame { Kind = kind, Id = id, Name = sender, Timestamp = timestamp, Text = rest };
        return true;
    }

    private static bool IsWord(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.Contains((byte)' ');

    /// <summary>Takes the word up to the next space, and the space.</summary>
    private static ReadOnlySpan<byte> NextWord(scoped ref ReadOnlySpan<byte> rest)
    {
        var space = rest.IndexOf((byte)' ');
        var word = space < 0 ? rest : rest[..space];
        rest = space < 0 ? default : rest[(space + 1)..];
        return word;
    }
}
