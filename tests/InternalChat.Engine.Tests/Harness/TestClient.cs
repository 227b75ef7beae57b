using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using InternalChat.Engine.Connections;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>The peer's end of one connection: lines out, lines in. Reads nothing that is not asked for.</summary>
internal sealed class TestClient
{
    private readonly Pipe _toServer = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _toClient;
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _name = "a stranger";

    public TestClient(
        ChatEngine engine,
        IPAddress? address,
        ITransportProgress? progress,
        long pauseAt,
        Func<PipeWriter, PipeWriter>? wrapOutput,
        CertifiedUser? certified)
    {
        _toClient = new Pipe(new PipeOptions(
            pauseWriterThreshold: pauseAt, resumeWriterThreshold: Math.Max(pauseAt / 2, 1), useSynchronizationContext: false));
        var output = wrapOutput is null ? _toClient.Writer : wrapOutput(_toClient.Writer);
        Served = engine.ServeAsync(new ChatConnection(new DuplexPipe(_toServer.Reader, output), Abort, address, progress, certified));
    }

    /// <summary>Ends with the connection.</summary>
    public Task Served { get; }

    /// <summary>Ends when the server has cut the connection.</summary>
    public Task Aborted => _aborted.Task;

    /// <summary>Bytes of the lines read so far.</summary>
    public long ReceivedBytes { get; private set; }

    /// <summary>Whether something has come that was not read.</summary>
    public bool HasUnread => _toClient.Reader.TryRead(out var result) && Leave(result) && !result.Buffer.IsEmpty;

    public override string ToString() => _name;

    public void Send(string line) => SendBytes(Encoding.UTF8.GetBytes(line + "\n"));

    public void SendLines(IEnumerable<string> lines) => SendBytes(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

    /// <summary>One segment, as far as the server can tell.</summary>
    public void SendBytes(ReadOnlySpan<byte> bytes)
    {
        _toServer.Writer.Write(bytes);
        // Completes at once: the pipe has no threshold.
        Assert.True(_toServer.Writer.FlushAsync().AsTask().IsCompleted);
    }

    public async Task LogIn(string name, string password = "password")
    {
        _name = name;
        Send($"AUTH {name} {password}");
        Assert.Matches("^OK (registered|authenticated)$", await Line("the reply to AUTH"));
    }

    /// <summary>The next line; fails at the end of the connection.</summary>
    public async Task<string> Line(string phase = "a line") =>
        await TryLine(phase) ?? throw new EndOfStreamException($"{_name}: the connection ended while waiting for {phase}");

    /// <summary>The next line; null at the end of the connection.</summary>
    public async Task<string?> TryLine(string phase = "a line or the end")
    {
        while (true)
        {
            var result = await Phase.Within(_toClient.Reader.ReadAsync().AsTask(), $"{phase} at {_name}");
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(result.Buffer.Slice(0, end));
                ReceivedBytes += result.Buffer.Slice(0, end).Length + 1;
                _toClient.Reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            _toClient.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (!result.IsCompleted && !result.IsCanceled)
                continue;
            Assert.True(result.Buffer.IsEmpty || Aborted.IsCompleted, $"{_name} got a torn line at the end");
            return null;
        }
    }

    public async Task Expect(params string[] lines)
    {
        foreach (var line in lines)
            Assert.Equal(line, await Line($"'{line}'"));
    }

    /// <summary>Everything up to the end of the connection.</summary>
    public async Task<List<string>> ReadToEnd()
    {
        var lines = new List<string>();
        while (await TryLine("the end") is { } line)
            lines.Add(line);
        await Phase.Within(Served, $"the connection of {_name} to be done with");
        return lines;
    }

    public async Task<List<string>> Lines(int count, string phase = "lines")
    {
        var lines = new List<string>(count);
        while (lines.Count < count)
            lines.Add(await Line($"{phase} ({lines.Count} of {count})"));
        return lines;
    }

    /// <summary>Everything up to and including the line that fits.</summary>
    public async Task<List<string>> LinesUntil(Predicate<string> isLast, string phase)
    {
        var lines = new List<string>();
        do
            lines.Add(await Line(phase));
        while (!isLast(lines[^1]));
        return lines;
    }

    /// <summary>What has come so far: everything before the reply to a PING.</summary>
    public async Task<List<string>> SoFar()
    {
        Send("PING");
        var lines = await LinesUntil(static line => line == "PONG", "PONG");
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    /// <summary>Sends one command that has a reply of one line.</summary>
    public async Task<string> Ask(string command)
    {
        Send(command);
        return await Line($"the reply to '{command.Split(' ')[0]}'");
    }

    /// <summary>Sends one command that has a reply of so many lines.</summary>
    public Task<List<string>> AskFor(string command, int lines)
    {
        Send(command);
        return Lines(lines, $"the reply to '{command.Split(' ')[0]}'");
    }

    /// <summary>Says goodbye and reads to the end.</summary>
    public async Task<List<string>> Quit()
    {
        Send("QUIT");
        var lines = await ReadToEnd();
        Assert.Equal("OK bye", lines[^1]);
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    /// <summary>Shuts down the sending side.</summary>
    public void HalfClose() => _toServer.Writer.Complete();

    /// <summary>Breaks the connection in both directions. Nothing may be reading at this moment.</summary>
    public void Vanish()
    {
        _toServer.Writer.Complete(new IOException("The peer is gone."));
        _toClient.Reader.Complete();
    }

    private bool Leave(ReadResult result)
    {
        _toClient.Reader.AdvanceTo(result.Buffer.Start);
        return true;
    }

    private void Abort()
    {
        _aborted.TrySetResult();
        _toServer.Writer.Complete(new IOException("The connection was cut."));
        _toClient.Reader.CancelPendingRead();
    }

    private sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
