using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;
using InternalChat.Protocol.Writing;

namespace InternalChat.Benchmarks.Protocol;

/// <summary>One frame into a buffer. The null end copies the finished bytes: what is above it is the price of composing them.</summary>
public class FrameWritingBenchmarks
{
    private static readonly UserName Bob = UserName.Parse("bob");

    private static readonly Dictionary<string, (Action<IBufferWriter<byte>> Write, string Line)> Frames = new()
    {
        ["OK hello"] = (ServerFrames.OkHello, "OK hello\n"),
        ["OK registered"] = (ServerFrames.OkRegistered, "OK registered\n"),
        ["OK bye"] = (ServerFrames.OkBye, "OK bye\n"),
        ["OK authenticated"] = (ServerFrames.OkAuthenticated, "OK authenticated\n"),
        ["OK queued"] = (output => ServerFrames.OkQueued(output, 123_456_789), "OK queued 123456789\n"),
        ["OK read"] = (output => ServerFrames.OkRead(output, 123_456_789), "OK read 123456789\n"),
        ["OK blocked"] = (output => ServerFrames.OkBlocked(output, Bob), "OK blocked bob\n"),
        ["OK unblocked"] = (output => ServerFrames.OkUnblocked(output, Bob), "OK unblocked bob\n"),
        ["ERROR"] = (output => ServerFrames.Error(output, ErrorCode.RateLimit), "ERROR RATE_LIMIT too many messages, slow down\n"),
        ["PONG"] = (ServerFrames.Pong, "PONG\n"),
        ["FROM"] = (
            output => ServerFrames.From(output, 123_456_789, Bob, 1_700_000_000, "hi there, how are you?"u8),
            "FROM 123456789 bob 1700000000 hi there, how are you?\n"),
        ["DELIVERED"] = (output => ServerFrames.Delivered(output, 123_456_789), "DELIVERED 123456789\n"),
        ["READ"] = (output => ServerFrames.Read(output, 123_456_789, Bob), "READ 123456789 bob\n"),
        ["INFO history_count"] = (output => ServerFrames.HistoryCount(output, 200), "INFO history_count 200\n"),
        ["INFO history"] = (
            output => ServerFrames.History(output, 123_456_789, "bob"u8, 1_700_000_000, "hi there, how are you?"u8),
            "INFO history 123456789 bob 1700000000 hi there, how are you?\n"),
        ["INFO user_online"] = (output => ServerFrames.UserOnline(output, Bob), "INFO user_online bob\n"),
        ["INFO user_offline"] = (output => ServerFrames.UserOffline(output, Bob), "INFO user_offline bob\n"),
        ["INFO notice"] = (output => ServerFrames.Notice(output, "back at 12"u8), "INFO notice back at 12\n"),
        ["INFO server_shutdown"] = (ServerFrames.ServerShutdown, "INFO server_shutdown\n"),
        ["HELLO"] = (output => ClientFrames.Hello(output, 1), "HELLO 1\n"),
        ["AUTH"] = (output => ClientFrames.Auth(output, "bob"u8, "password"u8), "AUTH bob password\n"),
        ["MSG"] = (output => ClientFrames.Msg(output, "bob"u8, "hi there, how are you?"u8), "MSG bob hi there, how are you?\n"),
        ["LIST"] = (ClientFrames.List, "LIST\n"),
        ["HISTORY"] = (output => ClientFrames.History(output, "bob"u8, 50), "HISTORY bob 50\n"),
        ["READ id"] = (output => ClientFrames.Read(output, 123_456_789), "READ 123456789\n"),
        ["BLOCK"] = (output => ClientFrames.Block(output, "bob"u8), "BLOCK bob\n"),
        ["UNBLOCK"] = (output => ClientFrames.Unblock(output, "bob"u8), "UNBLOCK bob\n"),
        ["QUIT"] = (ClientFrames.Quit, "QUIT\n"),
        ["PING"] = (ClientFrames.Ping, "PING\n"),
    };

    private readonly ArrayBufferWriter<byte> _output = new(1 << 16);
    private Action<IBufferWriter<byte>> _write = _ => { };
    private Action<IBufferWriter<byte>> _copy = _ => { };

    public static IEnumerable<string> FrameNames => Frames.Keys;

    [ParamsSource(nameof(FrameNames))]
    public string Frame { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var line = Encoding.UTF8.GetBytes(Frames[Frame].Line);
        _write = Frames[Frame].Write;
        _copy = output => output.Write(line);
        Checked.Equal(line.Length, Write());
        Checked.Equal(line, _output.WrittenSpan);
        Checked.Equal(line.Length, Copy());
    }

    [Benchmark(Baseline = true)]
    public int Copy()
    {
        _output.ResetWrittenCount();
        _copy(_output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public int Write()
    {
        _output.ResetWrittenCount();
        _write(_output);
        return _output.WrittenCount;
    }
}

/// <summary>LIST's reply, per name. The rival joins strings.</summary>
public class NameListBenchmarks
{
    private const int Names = 10_000;
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private readonly UserName[] _names = [.. Enumerable.Range(0, Names).Select(i => UserName.Parse($"user-{i:D6}"))];
    private readonly string[] _texts = [.. Enumerable.Range(0, Names).Select(i => $"user-{i:D6}")];

    [GlobalSetup]
    public void Setup()
    {
        Join();
        var joined = Encoding.UTF8.GetString(_output.WrittenSpan);
        Write();
        Checked.Equal(joined, Encoding.UTF8.GetString(_output.WrittenSpan).Replace("\nINFO online: ", ", "));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Names)]
    public int Join()
    {
        _output.ResetWrittenCount();
        Encoding.UTF8.GetBytes($"INFO online: {string.Join(", ", _texts)}\n", _output);
        return _output.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Names)]
    public int Write()
    {
        _output.ResetWrittenCount();
        var list = NameListWriter.Online();
        foreach (var name in _names)
            list.Add(_output, name);
        list.Complete(_output);
        return _output.WrittenCount;
    }
}
