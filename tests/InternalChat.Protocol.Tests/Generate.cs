using System.Text;
using CsCheck;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Tests.Parsing;

namespace InternalChat.Protocol.Tests;

/// <summary>Random pieces of the protocol. Bytes are Latin-1 text, one to one, as in <see cref="ParsedCommand"/>.</summary>
internal static class Generate
{
    public const string LegalNameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

    public static readonly Gen<string> UserName =
        Gen.Char[LegalNameCharacters].Array[WireLimits.MinUserNameBytes, WireLimits.MaxUserNameBytes].Select(name => new string(name));

    /// <summary>1 to 4,096 bytes of any UTF-8 that a line can carry: no line feed, no NUL, no carriage return at its end.</summary>
    public static readonly Gen<string> Body = Text(spaces: true).Array[1, 1_024].Select(Joined);

    /// <summary>As <see cref="Body"/>, without spaces.</summary>
    public static readonly Gen<string> Word = Text(spaces: false).Array[1, 40].Select(Joined);

    public static readonly Gen<long> Number = Gen.OneOf(Gen.Long[0, long.MaxValue], Gen.Long[0, 300], Gen.Const(long.MaxValue));

    public static readonly Gen<ParsedCommand> Command = Gen.OneOf(
        Gen.Int[0, int.MaxValue].Select(version => Understood(CommandVerb.Hello, version.ToString())),
        Gen.Select(UserName, Word, (name, password) => Understood(CommandVerb.Auth, name, password)),
        Gen.Select(UserName, Body, (name, body) => Understood(CommandVerb.Msg, name, body)),
        Gen.Const(Understood(CommandVerb.List)),
        Gen.Select(UserName, Gen.Int[0, int.MaxValue], (name, limit) => Understood(CommandVerb.History, name, number: limit)),
        Number.Select(id => Understood(CommandVerb.Read, id.ToString(), number: id)),
        Word.Select(name => Understood(CommandVerb.Block, name)),
        Word.Select(name => Understood(CommandVerb.Unblock, name)),
        Gen.Const(Understood(CommandVerb.Ping)),
        Gen.Const(Understood(CommandVerb.Quit)));

    public static readonly Gen<ParsedServerFrame> ServerFrame = Gen.OneOf(
        Gen.OneOf("hello", "registered", "authenticated", "bye").Select(text => new ParsedServerFrame(ServerFrameKind.Ok, Text: text)),
        Gen.Select(
            Gen.OneOf("blocked ", "unblocked "), UserName,
            (text, name) => new ParsedServerFrame(ServerFrameKind.Ok, Text: text + name)),
        Number.Select(id => new ParsedServerFrame(ServerFrameKind.OkQueued, id, Text: $"queued {id}")),
        Number.Select(id => new ParsedServerFrame(ServerFrameKind.OkRead, id, Text: $"read {id}")),
        Gen.Select(Gen.Enum<ErrorCode>(), Body, (code, reason) => new ParsedServerFrame(ServerFrameKind.Error, Text: reason, Error: code)),
        Gen.Const(new ParsedServerFrame(ServerFrameKind.Pong, Text: "PONG")),
        Gen.Select(
            Gen.OneOf(ServerFrameKind.From, ServerFrameKind.History), Number, UserName, Number, Body,
            (kind, id, sender, timestamp, body) => new ParsedServerFrame(kind, id, sender, timestamp, body)),
        Number.Select(id => new ParsedServerFrame(ServerFrameKind.Delivered, id)),
        Gen.Select(Number, UserName, (id, reader) => new ParsedServerFrame(ServerFrameKind.Read, id, reader)),
        Gen.Select(
            Gen.OneOf(ServerFrameKind.Online, ServerFrameKind.Known), UserName.Array[0, 50],
            (kind, names) => new ParsedServerFrame(kind, Text: string.Join(", ", names))),
        Gen.Int[0, int.MaxValue].Select(count => new ParsedServerFrame(ServerFrameKind.HistoryCount, count)),
        Gen.Select(
            Gen.OneOf(ServerFrameKind.UserOnline, ServerFrameKind.UserOffline), UserName,
            (kind, name) => new ParsedServerFrame(kind, Name: name)),
        Gen.Const(new ParsedServerFrame(ServerFrameKind.ServerShutdown, Text: "server_shutdown")),
        Body.Select(text => new ParsedServerFrame(ServerFrameKind.Notice, Text: text)));

    /// <summary>Lines that look like commands, and now and then are: words of the protocol, numbers and rubbish, joined anyhow.</summary>
    public static readonly Gen<byte[]> AlmostALine = Gen.Frequency(
        (8, Gen.OneOf("HELLO", "AUTH", "MSG", "LIST", "HISTORY", "READ", "BLOCK", "UNBLOCK", "PING", "QUIT", "msg", "Read")),
        (4, Gen.OneOf("FROM", "DELIVERED", "OK", "INFO", "ERROR", "queued", "history", "history_count", "user_online", "PONG")),
        (16, Gen.Const(" ")),
        (6, Gen.OneOf("bob", "password", "1", "007", "-1", "9223372036854775807", "9223372036854775808", "1700000000")),
        (1, Gen.OneOf("\0", "\r", "\t", "\u00C3\u00A4", "\u00C0\u0080", "\u00ED\u00A0\u0080", "\u00FF", "\u00E2\u0082")),
        (1, Gen.Byte.Array[1, 4].Select(bytes => Encoding.Latin1.GetString(bytes))))
        .Array[0, 9].Select(pieces => Encoding.Latin1.GetBytes(string.Concat(pieces)));

    private static Gen<string> Text(bool spaces) => Gen.Frequency(
        (8, Gen.Char['!', '~'].Select(character => character.ToString())),
        (2, Gen.Const(spaces ? " " : "_")),
        (1, Gen.OneOf("\t", "\r", "\u0001", "\u007f")),
        (2, Gen.OneOf("ä", "ß", "\u0301", "€", "\uFEFF", "\uFFFD", "😀", "\U0010FFFF")));

    private static string Joined(string[] pieces)
    {
        var text = string.Concat(pieces);
        return Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text[^1] == '\r' ? text[..^1] + '.' : text));
    }

    private static ParsedCommand Understood(CommandVerb verb, string first = "", string second = "", long number = 0) =>
        new(ParseError.None, verb, first, second, number);
}
