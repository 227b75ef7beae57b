using System.Numerics;
using System.Text;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Protocol.Tests.Parsing;

/// <summary>The contract's grammar once more, the slow and obvious way, to hold the real parser against.</summary>
internal static class ReferenceParser
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ParsedCommand Parse(byte[] line)
    {
        if (line.Length == 0)
            return new ParsedCommand(ParseError.EmptyLine);
        if (Array.IndexOf(line, (byte)0) >= 0)
            return new ParsedCommand(ParseError.ContainsNul);
        try
        {
            _ = Strict.GetString(line);
        }
        catch (DecoderFallbackException)
        {
            return new ParsedCommand(ParseError.InvalidUtf8);
        }

        var words = Encoding.Latin1.GetString(line).Split(' ');
        var isAscii = words[0].All(char.IsAsciiLetter);
        return (isAscii ? words[0].ToUpperInvariant() : "", words.Length) switch
        {
            ("HELLO", 2) when words[1] != "" => Understood(CommandVerb.Hello, words[1]),
            ("AUTH", 3) when words[1] != "" && words[2] != "" => Understood(CommandVerb.Auth, words[1], words[2]),
            ("MSG", >= 3) when words[1] != "" && string.Join(' ', words[2..]) is { Length: > 0 } body =>
                Understood(CommandVerb.Msg, words[1], body),
            ("LIST", 1) => Understood(CommandVerb.List),
            ("HISTORY", 2) when words[1] != "" => Understood(CommandVerb.History, words[1], number: 20),
            ("HISTORY", 3) when words[1] != "" && IsNumber(words[2]) => Understood(CommandVerb.History, words[1], number: Number(words[2])),
            ("READ", 2) when IsNumber(words[1]) => Understood(CommandVerb.Read, words[1], number: Number(words[1])),
            ("BLOCK", 2) when words[1] != "" => Understood(CommandVerb.Block, words[1]),
            ("UNBLOCK", 2) when words[1] != "" => Understood(CommandVerb.Unblock, words[1]),
            ("PING", 1) => Understood(CommandVerb.Ping),
            ("QUIT", 1) => Understood(CommandVerb.Quit),
            ("HELLO" or "AUTH" or "MSG" or "LIST" or "HISTORY" or "READ" or "BLOCK" or "UNBLOCK" or "PING" or "QUIT", _) =>
                new ParsedCommand(ParseError.WrongArguments),
            _ => new ParsedCommand(ParseError.UnknownCommand),
        };
    }

    private static ParsedCommand Understood(CommandVerb verb, string first = "", string second = "", long number = 0) =>
        new(ParseError.None, verb, first, second, number);

    private static bool IsNumber(string word) => word != "" && word.All(char.IsAsciiDigit);

    private static long Number(string digits) => (long)BigInteger.Min(BigInteger.Parse(digits), long.MaxValue);
}
