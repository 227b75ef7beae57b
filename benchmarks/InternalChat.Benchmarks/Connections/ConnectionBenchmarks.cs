using System.Text;
using BenchmarkDotNet.Attributes;

namespace InternalChat.Benchmarks.Connections;

/// <summary>The connection loop without the writer: PING and PONG over a pair of pipes, per line. The null end echoes lines.</summary>
public class PingBenchmarks
{
    private const int Lines = 256;
    private byte[] _window = [];
    private InMemoryPeer? _echo;
    private InMemoryChat? _chat;

    /// <summary>Lines that come at one time.</summary>
    [Params(1, 64)]
    public int Window { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _window = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("PING\n", Window)));
        _echo = new InMemoryPeer(LineEcho.ServeAsync);
        _chat = new InMemoryChat(LogKind.Null);
        var before = _chat.Alice.Lines;
        Echo();
        Engine();
        Checked.Equal(Lines, _echo.Lines);
        Checked.Equal(Lines, _chat.Alice.Lines - before);
        Checked.Equal("PONG\n"u8, _chat.Alice.LastReceived.AsSpan(0, 5));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _echo?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _chat?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public void Echo() => Exchange(_echo!);

    [Benchmark(OperationsPerInvoke = Lines)]
    public void Engine() => Exchange(_chat!.Alice);

    private void Exchange(InMemoryPeer peer)
    {
        for (var sent = 0; sent < Lines; sent += Window)
        {
            peer.Send(_window);
            peer.WaitForLines(Window);
        }
    }
}

/// <summary>
/// The whole engine over pairs of pipes, per message: from alice's MSG to bob's FROM and alice's DELIVERED. The null end echoes alice's
/// lines.
/// </summary>
[ThreadingDiagnoser]
public class MessageBenchmarks
{
    private const int Messages = 256;
    private const int BodyBytes = 100;
    private byte[] _window = [];
    private InMemoryPeer? _echo;
    private InMemoryChat? _chat;

    [Params(LogKind.Null, LogKind.Synced)]
    public LogKind Log { get; set; }

    /// <summary>Messages that are under way at one time.</summary>
    [Params(1, 64)]
    public int Window { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _window = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"MSG bob {new string('x', BodyBytes)}\n", Window)));
        _echo = new InMemoryPeer(LineEcho.ServeAsync);
        _chat = new InMemoryChat(Log);
        var (alice, bob) = (_chat.Alice.Lines, _chat.Bob.Lines);
        Echo();
        Engine();
        Checked.Equal(Messages, _chat.Alice.Lines - alice);
        Checked.Equal(Messages, _chat.Bob.Lines - bob);
        Checked.Equal("DELIVERED "u8, _chat.Alice.LastReceived.AsSpan(0, 10));
        Checked.Equal("FROM "u8, _chat.Bob.LastReceived.AsSpan(0, 5));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _echo?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _chat?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public void Echo()
    {
        for (var sent = 0; sent < Messages; sent += Window)
        {
            _echo!.Send(_window);
            _echo.WaitForLines(Window);
        }
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Engine()
    {
        for (var sent = 0; sent < Messages; sent += Window)
        {
            _chat!.Alice.Send(_window);
            _chat.Bob.WaitForLines(Window);
            _chat.Alice.WaitForLines(Window);
        }
    }
}
