using System.Text;
using BenchmarkDotNet.Attributes;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Benchmarks.Protocol;

/// <summary>One line to one command. The rival decodes the line and splits it, as the original server did.</summary>
public class CommandParsingBenchmarks
{
    private byte[] _line = [];

    [Params(
        "HELLO 1", "AUTH alice password", "MSG bob hi there, how are you?", "LIST", "HISTORY bob 50", "READ 123456789", "BLOCK bob",
        "UNBLOCK bob", "PING", "QUIT")]
    public string Line { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _line = Encoding.UTF8.GetBytes(Line);
        Checked.Equal(ParseError.None, CommandParser.Parse(_line, out var command));
        Checked.Equal(Line.Split(' ')[0], command.Verb.ToString().ToUpperInvariant());
        Checked.Equal(Line, string.Join(' ', DecodeAndSplit()));
    }

    [Benchmark(Baseline = true)]
    public string[] DecodeAndSplit()
    {
        var words = Encoding.UTF8.GetString(_line).Split(' ', 3);
        words[0] = words[0].ToUpperInvariant();
        return words;
    }

    [Benchmark]
    public CommandVerb Parse()
    {
        CommandParser.Parse(_line, out var command);
        return command.Verb;
    }
}

/// <summary>One line from the server to one frame, as clients and the load tool do it. The rival decodes the line and splits it.</summary>
public class ServerFrameParsingBenchmarks
{
    private byte[] _line = [];

    [Params(
        "OK queued 123456789", "OK authenticated", "ERROR RATE_LIMIT too many messages, slow down", "PONG", "DELIVERED 123456789",
        "FROM 123456789 alice 1700000000 hi there, how are you?", "READ 123456789 bob", "INFO user_online bob",
        "INFO history 123456789 alice 1700000000 hi there, how are you?")]
    public string Line { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _line = Encoding.UTF8.GetBytes(Line);
        Checked.Equal(Line.Contains("123456789") ? 123_456_789 : 0, ServerFrameParser.Parse(_line).Id);
        Checked.Equal(false, Parse() == ServerFrameKind.Unknown);
        Checked.Equal(Line, string.Join(' ', DecodeAndSplit()));
    }

    [Benchmark(Baseline = true)]
    public string[] DecodeAndSplit() => Encoding.UTF8.GetString(_line).Split(' ', 6);

    [Benchmark]
    public ServerFrameKind Parse() => ServerFrameParser.Parse(_line).Kind;
}
