using System.Diagnostics;
using System.Net.Sockets;
using InternalChat.Flood.Options;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>The built program as a shell runs it: signals, and outputs that take nothing.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Program => $"dotnet '{Path.Combine(AppContext.BaseDirectory, "flood.dll")}'";

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(UnixSignal.HangUpNumber)]
    [InlineData(UnixSignal.InterruptNumber)]
    [InlineData(UnixSignal.TerminateNumber)]
    public async Task A_signal_ends_the_load_early_and_what_was_measured_is_reported(int signal)
    {
        Assert.SkipWhen(UnixSignal.IsIgnored(signal), "These tests were started with the signal ignored.");
        await using var server = await ServerProcess.StartAsync();
        using var flood = Start($"message --pairs 1 --duration 1h --warmup 0s --target 127.0.0.1:{server.EndPoint.Port}");
        var output = flood.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await UntilAsync(flood, "received");
        UnixSignal.Send(flood, signal);
        await flood.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("result     clean\n", await output, StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Success, flood.ExitCode);
    }

    [Fact]
    public async Task A_second_signal_ends_at_once()
    {
        Assert.SkipWhen(UnixSignal.IsIgnored(UnixSignal.InterruptNumber), "These tests were started with the signal ignored.");
        using var peer = new ForgetfulPeer();
        using var flood = Start($"message --pairs 1 --duration 1h --warmup 0s --target 127.0.0.1:{peer.Port}");
        var output = flood.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await UntilAsync(flood, "sending for 1h");
        UnixSignal.Send(flood, UnixSignal.InterruptNumber);
        // What is under way would be waited for now, five seconds.
        await UntilAsync(flood, "once more ends at once");
        UnixSignal.Send(flood, UnixSignal.InterruptNumber);
        Assert.EndsWith(
            "flood: ended at once, without a report\n",
            await flood.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        await flood.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((ExitStatus.Failure, ""), (flood.ExitCode, await output));
    }

    [Fact]
    public async Task Standard_output_that_takes_nothing_is_a_failure_and_the_other_results_are_written()
    {
        await using var server = await ServerProcess.StartAsync();
        var run = await ToEndAsync($"{ShortLoad(server)} --json '{_folder.File("report.json")}' > /dev/full");
        Assert.Equal(ExitStatus.Failure, run.ExitCode);
        Assert.StartsWith("flood: the report cannot be written: ", run.ErrorLines[^1], StringComparison.Ordinal);
        Assert.True(new FileInfo(_folder.File("report.json")).Length > 0);
    }

    [Fact]
    public async Task Standard_error_that_takes_nothing_ends_no_run()
    {
        await using var server = await ServerProcess.StartAsync();
        var run = await ToEndAsync($"{ShortLoad(server)} 2> /dev/full");
        Assert.True(run.ExitCode == ExitStatus.Success, run.ToString());
        Assert.EndsWith("result     clean\n", run.StandardOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("message --help > /dev/full")]
    [InlineData("message --help >&-")]
    public async Task Help_that_nobody_can_read_is_one_line_on_standard_error(string arguments)
    {
        var run = await ToEndAsync(arguments);
        Assert.Equal(ExitStatus.Failure, run.ExitCode);
        Assert.StartsWith("flood: ", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_may_come_through_a_pipe()
    {
        var run = await ProgramRun.ToEndAsync(
            "/bin/sh", "-c", $"printf 'R 1 bob\nA 1 alice bob' | {Program} verify --ledger /dev/stdin");
        Assert.Equal(ExitStatus.Failure, run.ExitCode);
        Assert.Contains("0 acknowledged for 0 recipients, 1 received", run.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("the last line has no end", run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_few_open_files_are_named_before_the_load()
    {
        await using var server = await ServerProcess.StartAsync();
        foreach (var load in new[] { "message --pairs 500", "history --pairs 900", "connect --connections 900", "mixed --users 900" })
        {
            var run = await ProgramRun.ToEndAsync(
                "/bin/sh", "-c", $"ulimit -n 900; {Program} {load} --target 127.0.0.1:{server.EndPoint.Port}");
            Assert.Equal(ExitStatus.Failure, run.ExitCode);
            Assert.EndsWith("the limit is 900: raise ulimit -n", Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        }
    }

    private static string ShortLoad(ServerProcess server) =>
        $"message --pairs 1 --duration 100ms --warmup 0s --target 127.0.0.1:{server.EndPoint.Port}";

    private static Task<ProgramRun> ToEndAsync(string arguments) => ProgramRun.ToEndAsync("/bin/sh", "-c", $"{Program} {arguments}");

    private static Process Start(string arguments) => Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {Program} {arguments}"])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>Reads standard error up to a line that has these words.</summary>
    private static async Task UntilAsync(Process flood, string words)
    {
        var seen = "";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience.Limit);
        while (await flood.StandardError.ReadLineAsync(deadline.Token) is { } line)
        {
            seen += line + "\n";
            if (line.Contains(words, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"It ended without '{words}':\n{seen}");
    }

    /// <summary>Lets everybody in, and answers nothing more.</summary>
    private sealed class ForgetfulPeer : LoopbackPeer
    {
        protected override async Task ServeAsync(TcpClient client)
        {
            using var lines = new StreamReader(client.GetStream());
            while (await lines.ReadLineAsync() is { } line and not "QUIT")
            {
                if (line.StartsWith("HELLO", StringComparison.Ordinal) || line.StartsWith("AUTH", StringComparison.Ordinal))
                    await client.GetStream().WriteAsync("OK authenticated\n"u8.ToArray());
            }
        }
    }
}
