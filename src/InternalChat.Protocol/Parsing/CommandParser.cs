using System.Text;
using System.Text.Unicode;

namespace InternalChat.Protocol.Parsing;

/// <summary>Why a line is no command.</summary>
public enum ParseError
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>The line is empty.</summary>
    EmptyLine,

    /// <summary>The line is not valid UTF-8.</summary>
    InvalidUtf8,

    /// <summary>The line contains NUL.</summary>
    ContainsNul,

    /// <summary>The first word is no command.</summary>
    UnknownCommand,

    /// <summary>The arguments do not fit the command's grammar.</summary>
    WrongArguments,
}

/// <summary>
/// Lines to commands, by the grammar of the contract and nothing else: names, lengths and rights are checked later. Pure and
/// synchronous; never throws; allocates nothing.
/// </summary>
public static class CommandParser
{
    private const byte Space = (byte)' ';

    /// <summary>Parses one line (without its line end).</summary>
    /// <returns><see cref="ParseError.None"/>, or why <paramref name="command"/> is empty.</returns>
    public static ParseError Parse(ReadOnlySpan<byte> line, out Command command)
    {
        command = default;
        if (line.IsEmpty)
            return ParseError.EmptyLine;
        if (line.Contains((byte)0))
            return ParseError.ContainsNul;
        if (!Utf8.IsValid(line))
            return ParseError.InvalidUtf8;

        var space = line.IndexOf(Space);
        var verb = Verb(space < 0 ? line : line[..space]);
        if (verb == CommandVerb.None)
            return ParseError.UnknownCommand;

        var hasArguments = space >= 0;
        var arguments = hasArguments ? line[(space + 1)..] : default;
        var understood = verb switch
        {
            CommandVerb.List or CommandVerb.Ping or CommandVerb.Quit => Bare(verb, hasArguments, out command),
            CommandVerb.Hello or CommandVerb.Block or CommandVerb.Unblock => OneWord(verb, arguments, out command),
            CommandVerb.Read => OneNumber(verb, arguments, out command),
            CommandVerb.Auth => TwoWords(verb, arguments, out command),
            CommandVerb.Msg => WordAndRest(verb, arguments, out command),
            _ => WordAndLimit(verb, arguments, out command),
        };
        return understood ? ParseError.None : ParseError.WrongArguments;
    }

    /// <summary>A short English sentence about the error, for the reason of <c>ERROR BAD_REQUEST</c>.</summary>
    public static ReadOnlySpan<byte> Describe(ParseError error) => error switch
    {
        ParseError.EmptyLine => "empty line"u8,
        ParseError.InvalidUtf8 => "not valid UTF-8"u8,
        ParseError.ContainsNul => "NUL is not allowed"u8,
        ParseError.UnknownCommand => "unknown command"u8,
        _ => "wrong arguments"u8,
    };

    private static CommandVerb Verb(ReadOnlySpan<byte> word) => word.Length switch
    {
        3 when Is(word, WireTokens.Msg) => CommandVerb.Msg,
        4 when Is(word, WireTokens.Read) => CommandVerb.Read,
        4 when Is(word, WireTokens.Ping) => CommandVerb.Ping,
        4 when Is(word, WireTokens.Auth) => CommandVerb.Auth,
        4 when Is(word, WireTokens.List) => CommandVerb.List,
        4 when Is(word, WireTokens.Quit) => CommandVerb.Quit,
        5 when Is(word, WireTokens.Hello) => CommandVerb.Hello,
        5 when Is(word, WireTokens.Block) => CommandVerb.Block,
        7 when Is(word, WireTokens.History) => CommandVerb.History,
        7 when Is(word, WireTokens.Unblock) => CommandVerb.Unblock,
        _ => CommandVerb.None,
    };

    private static bool Is(ReadOnlySpan<byte> word, ReadOnlySpan<byte> token) => Ascii.EqualsIgnoreCase(word, token);

    private static bool Bare(CommandVerb verb, bool hasArguments, out Command command)
    {
        command = hasArguments ? default : new Command(verb);
        return !hasArguments;
    }

    private static bool OneWord(CommandVerb verb, ReadOnlySpan<byte> arguments, out Command command)
    {
        var understood = IsWord(arguments);
        command = understood ? new Command(verb, arguments) : default;
        return understood;
    }

    private static bool OneNumber(CommandVerb verb, ReadOnlySpan<byte> arguments, out Command command)
    {
        var understood = WireNumber.TryParse(arguments, out var number);
        command = understood ? new Command(verb, arguments, number: number) : default;
        return understood;
    }

    private static bool TwoWords(CommandVerb verb, ReadOnlySpan<byte> arguments, out Command command)
    {
        var understood = WordAndRest(verb, arguments, out command) && IsWord(command.Second);
        if (!understood)
            command = default;
        return understood;
    }

    private static bool WordAndRest(CommandVerb verb, ReadOnlySpan<byte> arguments, out Command command)
    {
        command = default;
        var space = arguments.IndexOf(Space);
        if (space <= 0 || space == arguments.Length - 1)
            return false;
        command = new Command(verb, arguments[..space], arguments[(space + 1)..]);
        return true;
    }

    private static bool WordAndLimit(CommandVerb verb, ReadOnlySpan<byte> arguments, out Command command)
    {
        command = default;
        var space = arguments.IndexOf(Space);
        var word = space < 0 ? arguments : arguments[..space];
        long limit = WireLimits.DefaultHistory;
        if (word.IsEmpty || (space >= 0 && !WireNumber.TryParse(arguments[(space + 1)..], out limit)))
            return false;
        command = new Command(verb, word, number: limit);
        return true;
    }

    private static bool IsWord(ReadOnlySpan<byte> argument) => !argument.IsEmpty && !argument.Contains(Space);
}
