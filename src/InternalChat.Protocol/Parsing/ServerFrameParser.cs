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
        if (verb.SequenceEqual(WireTokens.From))
            return Message(ServerFrameKind.From, rest);
        if (verb.SequenceEqual(WireTokens.Delivered))
            return Numbered(ServerFrameKind.Delivered, rest);
        if (verb.SequenceEqual(WireTokens.Ok))
            return Ok(rest);
        if (verb.SequenceEqual(WireTokens.Read))
            return Receipt(rest);
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
        if (word.SequenceEqual(WireTokens.InfoHistory))
            return Message(ServerFrameKind.History, rest);
        if (word.SequenceEqual(WireTokens.InfoHistoryCount))
            return Numbered(ServerFrameKind.HistoryCount, rest);
        if (word.SequenceEqual(WireTokens.InfoUserOnline))
            return new ServerFrame { Kind = ServerFrameKind.UserOnline, Name = rest };
        if (word.SequenceEqual(WireTokens.InfoUserOffline))
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

    private static ServerFrame Message(ServerFrameKind kind, ReadOnlySpan<byte> rest)
    {
        var whole = rest;
        if (!WireNumber.TryParse(NextWord(ref rest), out var id))
            return Unknown(whole);
        var sender = NextWord(ref rest);
        if (sender.IsEmpty || !WireNumber.TryParse(NextWord(ref rest), out var timestamp))
            return Unknown(whole);
        return new ServerFrame { Kind = kind, Id = id, Name = sender, Timestamp = timestamp, Text = rest };
    }

    private static ServerFrame Receipt(ReadOnlySpan<byte> rest)
    {
        var whole = rest;
        return WireNumber.TryParse(NextWord(ref rest), out var id) && !rest.IsEmpty
            ? new ServerFrame { Kind = ServerFrameKind.Read, Id = id, Name = rest }
            : Unknown(whole);
    }

    private static ServerFrame Numbered(ServerFrameKind kind, ReadOnlySpan<byte> rest) =>
        WireNumber.TryParse(rest, out var number) ? new ServerFrame { Kind = kind, Id = number } : Unknown(rest);

    private static ServerFrame Unknown(ReadOnlySpan<byte> text) => new() { Kind = ServerFrameKind.Unknown, Text = text };

    /// <summary>Takes the word up to the next space, and the space.</summary>
    private static ReadOnlySpan<byte> NextWord(scoped ref ReadOnlySpan<byte> rest)
    {
        var space = rest.IndexOf((byte)' ');
        var word = space < 0 ? rest : rest[..space];
        rest = space < 0 ? default : rest[(space + 1)..];
        return word;
    }
}
