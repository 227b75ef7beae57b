using InternalChat.Flood.Ledgers;
using InternalChat.Flood.Options;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>A ledger written during a load on a real server, which is then asked for what it has.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string LedgerFile => _folder.File("ledger");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finds_all_that_was_acknowledged_by_a_server_that_was_killed_under_load()
    {
        await LoadAndKillAsync();
        File.AppendAllText(LedgerFile, "A 12 flood-s-0");

        await using var server = await RestartAsync();
        var (status, output) = await VerifyAsync(server);
        Assert.True(status == ExitStatus.Success, output);
        Assert.Contains("note       the last line has no end and is ignored", output, StringComparison.Ordinal);
        Assert.Contains("result     clean", output, StringComparison.Ordinal);

        var ledger = Ledger.Read(LedgerFile);
        Assert.True(ledger.AcknowledgedCount >= KillSignal.Messages / 2, output);
        Assert.InRange(ledger.Received.Count, 1, KillSignal.Messages * 100);
    }

    [Fact]
    public async Task Reports_an_id_that_the_server_never_gave_and_one_that_is_somebody_elses()
    {
        await LoadAndKillAsync();
        var foreign = Ledger.Read(LedgerFile).Acknowledged["flood-r-00002"][0].Id;
        var lines = File.ReadAllLines(LedgerFile);
        File.WriteAllLines(LedgerFile, lines.Select(line => line == $"A {foreign} flood-s-00002 flood-r-00002"
            ? $"A {foreign} flood-s-00001 flood-r-00001"
            : line));
        File.AppendAllText(LedgerFile, "A 999999999999 flood-s-00001 flood-r-00001\n");

        await using var server = await RestartAsync();
        var (status, output) = await VerifyAsync(server);
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Equal(
            [
                $"lost       {foreign} from flood-s-00001 to flood-r-00001",
                "lost       999999999999 from flood-s-00001 to flood-r-00001",
            ],
            output.Split('\n').Where(line => line.StartsWith("lost ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Shows_the_first_twenty_where_the_server_has_forgotten_everything()
    {
        File.WriteAllLines(LedgerFile, Enumerable.Range(1, 30).Select(id => $"A {id} alice bob"));
        await using var server = await ServerProcess.StartAsync();
        var (status, output) = await VerifyAsync(server);
        Assert.True(status == ExitStatus.Failure, output);
        var lines = output.Split('\n').Where(line => line.StartsWith("lost ", StringComparison.Ordinal)).ToList();
        Assert.Equal(21, lines.Count);
        Assert.Equal(("lost       1 from alice to bob", "lost       20 from alice to bob"), (lines[0], lines[19]));
        Assert.Equal("lost       and 10 more", lines[20]);
    }

    [Fact]
    public async Task An_empty_ledger_proves_nothing()
    {
        File.WriteAllText(LedgerFile, "");
        using var output = new StringWriter();
        Assert.Equal(ExitStatus.Failure, await FloodCommand.RunAsync(["verify", "--ledger", LedgerFile], output, output));
        Assert.Contains("failure    nothing acknowledged", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing of the kind\n")]
    [InlineData(null)]
    public async Task Refuses_a_file_that_is_no_ledger_with_one_line(string? text)
    {
        if (text is not null)
            File.WriteAllText(LedgerFile, text);
        using var errors = new StringWriter();
        Assert.Equal(ExitStatus.Usage, await FloodCommand.RunAsync(["verify", "--ledger", LedgerFile], TextWriter.Null, errors));
        Assert.Contains(LedgerFile, Assert.Single(errors.ToString().TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>A load that ends because the server is killed in the middle of it.</summary>
    private async Task LoadAndKillAsync()
    {
        await using var server = await ServerProcess.StartAsync(ServerLaunch.Quick() with { DatabasePath = _folder.File("chat.db") });
        var signal = new KillSignal();
        using var proxy = new TamperingProxy(server.EndPoint, () => signal.Count);
        using var output = new StringWriter();
        string[] arguments =
        [
            "message", "--target", $"127.0.0.1:{proxy.Port}", "--pairs", "4", "--window", "64", "--warmup", "0s", "--duration", "1h",
            "--ledger", LedgerFile,
        ];
        var running = FloodCommand.RunAsync(arguments, output, output);
        Assert.True(await Task.WhenAny(signal.Reached, running) == signal.Reached, output.ToString());
        await server.KillAsync();
        Assert.Equal(ExitStatus.Failure, await running);
    }

    private Task<ServerProcess> RestartAsync() =>
        ServerProcess.StartAsync(ServerLaunch.Quick() with { DatabasePath = _folder.File("chat.db") });

    private async Task<(int Status, string Output)> VerifyAsync(ServerProcess server)
    {
        using var output = new StringWriter();
        string[] arguments = ["verify", "--ledger", LedgerFile, "--target", $"127.0.0.1:{server.EndPoint.Port}"];
        var status = await FloodCommand.RunAsync(arguments, output, output);
        return (status, output.ToString());
    }

    /// <summary>Counts the messages that a proxy passes on to their recipients.</summary>
    private sealed class KillSignal
    {
        internal const int Messages = 2_000;

        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _passed;

        internal Task Reached => _reached.Task;

        internal IEnumerable<string> Count(string line)
        {
            if (Interlocked.Increment(ref _passed) == Messages)
                _reached.SetResult();
            return [line];
        }
    }
}
