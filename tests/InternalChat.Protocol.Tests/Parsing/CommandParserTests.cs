using System.Text;
using InternalChat.Protocol.Framing;
using InternalChat.Protocol.Parsing;
using Xunit;

namespace InternalChat.Protocol.Tests.Parsing;

public sealed class CommandParserTests
{
    [Theory]
    [InlineData("HELLO 1", CommandVerb.Hello, "1")]
    [InlineData("HELLO 2", CommandVerb.Hello, "2")]
    [InlineData("HELLO 01", CommandVerb.Hello, "01")]
    [InlineData("HELLO one", CommandVerb.Hello, "one")]
    [InlineData("AUTH alice password", CommandVerb.Auth, "alice", "password")]
    [InlineData("AUTH alice pässwörd😀", CommandVerb.Auth, "alice", "pässwörd😀")]
    [InlineData("AUTH a b", CommandVerb.Auth, "a", "b")]
    [InlineData("MSG bob hi", CommandVerb.Msg, "bob", "hi")]
    [InlineData("MSG bob x", CommandVerb.Msg, "bob", "x")]
    [InlineData("MSG b@d hi", CommandVerb.Msg, "b@d", "hi")]
    [InlineData("MSG bob MSG bob hi", CommandVerb.Msg, "bob", "MSG bob hi")]
    [InlineData("LIST", CommandVerb.List)]
    [InlineData("HISTORY bob", CommandVerb.History, "bob", "", 20)]
    [InlineData("HISTORY bob 1", CommandVerb.History, "bob", "", 1)]
    [InlineData("HISTORY bob 200", CommandVerb.History, "bob", "", 200)]
    [InlineData("HISTORY bob 201", CommandVerb.History, "bob", "", 201)]
    [InlineData("HISTORY bob 0", CommandVerb.History, "bob", "", 0)]
    [InlineData("READ 7", CommandVerb.Read, "7", "", 7)]
    [InlineData("BLOCK bob", CommandVerb.Block, "bob")]
    [InlineData("UNBLOCK bob", CommandVerb.Unblock, "bob")]
    [InlineData("PING", CommandVerb.Ping)]
    [InlineData("QUIT", CommandVerb.Quit)]
    public void Understands_each_command(string line, CommandVerb verb, string first = "", string second = "", long number = 0) =>
        AssertEverySegmentation(line, new ParsedCommand(ParseError.None, verb, Bytes(first), Bytes(second), number));

    [Theory]
    [InlineData(" leading")]
    [InlineData("trailing ")]
    [InlineData("in  between")]
    [InlineData(" ")]
    [InlineData("   ")]
    [InlineData("\t")]
    [InlineData("a\rb")]
    [InlineData("\u0001\u007f")]
    [InlineData("\uFEFFafter a byte order mark")]
    [InlineData("e\u0301 is not normalised to \u00e9")]
    [InlineData("ä€😀")]
    public void Keeps_a_body_byte_for_byte(string body) =>
        AssertEverySegmentation("MSG bob " + body, new ParsedCommand(ParseError.None, CommandVerb.Msg, "bob", Bytes(body)));

    [Fact]
    public void Drops_one_carriage_return_at_the_line_end_and_keeps_those_before() =>
        AssertEverySegmentation("MSG bob hi\r\r", new ParsedCommand(ParseError.None, CommandVerb.Msg, "bob", "hi\r"));

    [Theory]
    [InlineData("hello 1", CommandVerb.Hello)]
    [InlineData("Auth alice password", CommandVerb.Auth)]
    [InlineData("mSG bob hi", CommandVerb.Msg)]
    [InlineData("list", CommandVerb.List)]
    [InlineData("History bob", CommandVerb.History)]
    [InlineData("reaD 7", CommandVerb.Read)]
    [InlineData("bLoCk bob", CommandVerb.Block)]
    [InlineData("unBLOCK bob", CommandVerb.Unblock)]
    [InlineData("pinG", CommandVerb.Ping)]
    [InlineData("qUIT", CommandVerb.Quit)]
    public void Ignores_the_case_of_a_command_name(string line, CommandVerb verb) =>
        Assert.Equal(verb, ParsedCommand.Of(Encoding.UTF8.GetBytes(line)).Verb);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("00", 0)]
    [InlineData("007", 7)]
    [InlineData("9223372036854775806", long.MaxValue - 1)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", long.MaxValue)]
    [InlineData("9223372036854775810", long.MaxValue)]
    [InlineData("18446744073709551616", long.MaxValue)]
    [InlineData("18446744073709551617", long.MaxValue)]
    [InlineData("99999999999999999999999999999999", long.MaxValue)]
    [InlineData("000000000000000000000000000000009223372036854775807", long.MaxValue)]
    [InlineData("000000000000000000000000000000000000000000000000001", 1)]
    public void Reads_a_number_of_any_length_and_saturates(string digits, long expected)
    {
        AssertEverySegmentation($"READ {digits}", new ParsedCommand(ParseError.None, CommandVerb.Read, digits, Number: expected));
        AssertEverySegmentation($"HISTORY bob {digits}", new ParsedCommand(ParseError.None, CommandVerb.History, "bob", Number: expected));
    }

    [Fact]
    public void Reads_a_number_that_fills_the_line()
    {
        const int Digits = WireLimits.MaxClientLineBytes - 5;
        Assert.Equal(long.MaxValue, ParsedCommand.Of(Encoding.UTF8.GetBytes("READ " + new string('9', Digits))).Number);
        Assert.Equal(7, ParsedCommand.Of(Encoding.UTF8.GetBytes("READ " + "7".PadLeft(Digits, '0'))).Number);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("0x1")]
    [InlineData("1_000")]
    [InlineData("1,000")]
    [InlineData("1\t")]
    [InlineData("\t1")]
    [InlineData("/")]
    [InlineData(":")]
    [InlineData("99999999999999999999x")]
    [InlineData("\u0663")]
    [InlineData("\uFF11")]
    [InlineData("\u00B2")]
    public void Refuses_what_is_not_all_decimal_digits(string number)
    {
        AssertEverySegmentation($"READ {number}", new ParsedCommand(ParseError.WrongArguments));
        AssertEverySegmentation($"HISTORY bob {number}", new ParsedCommand(ParseError.WrongArguments));
    }

    [Theory]
    [InlineData("HELLO")]
    [InlineData("HELLO ")]
    [InlineData("HELLO  1")]
    [InlineData("HELLO 1 ")]
    [InlineData("HELLO 1 2")]
    [InlineData("AUTH")]
    [InlineData("AUTH ")]
    [InlineData("AUTH alice")]
    [InlineData("AUTH alice ")]
    [InlineData("AUTH  alice password")]
    [InlineData("AUTH alice  password")]
    [InlineData("AUTH alice password ")]
    [InlineData("AUTH alice pass word")]
    [InlineData("MSG")]
    [InlineData("MSG ")]
    [InlineData("MSG  ")]
    [InlineData("MSG bob")]
    [InlineData("MSG bob ")]
    [InlineData("MSG  bob hi")]
    [InlineData("LIST ")]
    [InlineData("LIST all")]
    [InlineData("HISTORY")]
    [InlineData("HISTORY ")]
    [InlineData("HISTORY  ")]
    [InlineData("HISTORY  5")]
    [InlineData("HISTORY bob ")]
    [InlineData("HISTORY bob  5")]
    [InlineData("HISTORY bob 5 ")]
    [InlineData("HISTORY bob 5 6")]
    [InlineData("READ")]
    [InlineData("READ ")]
    [InlineData("READ  7")]
    [InlineData("READ 7 ")]
    [InlineData("READ 7 8")]
    [InlineData("BLOCK")]
    [InlineData("BLOCK ")]
    [InlineData("BLOCK  bob")]
    [InlineData("BLOCK bob ")]
    [InlineData("BLOCK bob eve")]
    [InlineData("UNBLOCK")]
    [InlineData("UNBLOCK ")]
    [InlineData("UNBLOCK  bob")]
    [InlineData("UNBLOCK bob ")]
    [InlineData("UNBLOCK bob eve")]
    [InlineData("PING ")]
    [InlineData("PING now")]
    [InlineData("QUIT ")]
    [InlineData("QUIT now")]
    public void Refuses_arguments_that_do_not_fit_the_grammar(string line) =>
        AssertEverySegmentation(line, new ParsedCommand(ParseError.WrongArguments));

    [Theory]
    [InlineData(" ")]
    [InlineData(" PING")]
    [InlineData("\tPING")]
    [InlineData("PING\t")]
    [InlineData("MSG\tbob hi")]
    [InlineData("PIN")]
    [InlineData("PINGS")]
    [InlineData("MSGS bob hi")]
    [InlineData("PONG")]
    [InlineData("FROM 1 bob 2 hi")]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("\uFF30\uFF29\uFF2E\uFF27")]
    [InlineData("P\u0131NG")]
    [InlineData("L\u0130ST")]
    [InlineData("M\u017FG bob hi")]
    [InlineData("BLOC\u212A bob")]
    [InlineData("\uFEFFPING")]
    public void Refuses_a_word_that_is_no_command(string line) =>
        AssertEverySegmentation(line, new ParsedCommand(ParseError.UnknownCommand));

    [Fact]
    public void Refuses_an_empty_line() => AssertEverySegmentation("", new ParsedCommand(ParseError.EmptyLine));

    [Theory]
    [InlineData("\0")]
    [InlineData("\0PING")]
    [InlineData("PING\0")]
    [InlineData("MSG bob h\0i")]
    [InlineData("MSG b\0b hi")]
    public void Refuses_nul_wherever_it_stands(string line) => AssertEverySegmentation(line, new ParsedCommand(ParseError.ContainsNul));

    [Theory]
    [InlineData("80")] // a continuation that continues nothing
    [InlineData("BF")]
    [InlineData("C080")] // overlong
    [InlineData("C1BF")]
    [InlineData("E08080")]
    [InlineData("E09FBF")]
    [InlineData("F0808080")]
    [InlineData("F08FBFBF")]
    [InlineData("EDA080")] // surrogates
    [InlineData("EDBFBF")]
    [InlineData("EDA0BDEDB880")]
    [InlineData("F4908080")] // past U+10FFFF
    [InlineData("F5808080")]
    [InlineData("FE")]
    [InlineData("FF")]
    [InlineData("C3")] // truncated
    [InlineData("E282")]
    [InlineData("F09F98")]
    [InlineData("C320")]
    [InlineData("E28220")]
    [InlineData("F09F9820")]
    public void Refuses_what_is_not_utf8_wherever_it_stands(string hex)
    {
        var invalid = Encoding.Latin1.GetString(Convert.FromHexString(hex));
        string[] lines =
            [invalid, $"{invalid} PING", $"MSG {invalid} hi", $"MSG bob {invalid}", $"MSG bob hi{invalid}ho", $"READ {invalid}"];
        foreach (var line in lines)
            AssertEverySegmentation(Encoding.Latin1.GetBytes(line), new ParsedCommand(ParseError.InvalidUtf8));
    }

    [Theory]
    [InlineData(ParseError.EmptyLine)]
    [InlineData(ParseError.InvalidUtf8)]
    [InlineData(ParseError.ContainsNul)]
    [InlineData(ParseError.UnknownCommand)]
    [InlineData(ParseError.WrongArguments)]
    public void Describes_each_error_in_a_sentence_of_its_own(ParseError error)
    {
        var sentence = Encoding.ASCII.GetString(CommandParser.Describe(error));

        Assert.Matches("^[A-Za-z][A-Za-z0-9 -]+$", sentence);
        Assert.DoesNotContain(
            Enum.GetValues<ParseError>().Except([error, ParseError.None]),
            other => Encoding.ASCII.GetString(CommandParser.Describe(other)) == sentence);
    }

    private static void AssertEverySegmentation(string line, ParsedCommand expected) =>
        AssertEverySegmentation(Encoding.UTF8.GetBytes(line), expected);

    /// <summary>The line, ended either way and followed by another, means the same whole, cut at each byte, and a byte a segment.</summary>
    private static void AssertEverySegmentation(byte[] line, ParsedCommand expected)
    {
        byte[][] streams = [[.. line, .. "\r\nPING\n"u8], [.. line, .. "\nPING\n"u8]];

        // A line that brings its carriage return along is ended by the line feed alone.
        foreach (var stream in line is [.., (byte)'\r'] ? streams[1..] : streams)
        {
            foreach (var sequence in Segmentation.Every(stream))
            {
                var reader = new LineReader(sequence, WireLimits.MaxClientLineBytes);
                Assert.Equal(LineStatus.Line, reader.TryRead(out var read));
                Assert.Equal(expected, ParsedCommand.Of(read));
                Assert.Equal(LineStatus.Line, reader.TryRead(out read));
                Assert.Equal(CommandVerb.Ping, ParsedCommand.Of(read).Verb);
                Assert.Equal(LineStatus.Incomplete, reader.TryRead(out _));
                reader.Dispose();
            }
        }
    }

    /// <summary>The text's UTF-8, as <see cref="ParsedCommand"/> shows bytes.</summary>
    private static string Bytes(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
