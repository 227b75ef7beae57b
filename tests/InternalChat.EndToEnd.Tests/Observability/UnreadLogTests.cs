using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Observability;

/// <summary>"Logging never blocks a thread": standard output is a pipe that is full, because nobody reads it.</summary>
public sealed partial class UnreadLogTests : AdministrationTest
{
    private const string Dropped = "internalchat_log_dropped_total";

    [Fact]
    public async Task Logins_and_messages_go_on_and_SIGTERM_ends_the_server()
    {
        var (server, _) = await UnreadServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await alice.TellAsync("bob", "nobody reads the log");
        await bob.ReadFromAsync("alice");
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task Once_it_is_read_again_the_count_is_told_and_warnings_and_what_operators_did_are_there()
    {
        var (server, watcher) = await UnreadServerAsync();
        await DoneAsync(server, "notice", "nobody reads the log");
        await File.WriteAllTextAsync(
            Path.Combine(Path.GetDirectoryName(server.DatabasePath)!, "appsettings.json"),
            "{ broken",
            TestContext.Current.CancellationToken);
        await RefusedAsync(server, 1, "appsettings.json", "reload");
        await DropOneMoreAsync(server, watcher);

        var told = server.Output.NextAsync("[3501]");
        server.GoOnReading();
        await told;
        await server.Output.LineAsync("administration: notice");
        await server.Output.LineAsync("[3013]");

        // It flows again.
        var next = server.Output.NextAsync("administration: notice");
        await DoneAsync(server, "notice", "somebody reads the log");
        await next;
        var dropped = (await watcher.MetricsAsync())[Dropped];
        Assert.Equal(0, await server.TerminateAsync());
        var counts = Count().Matches(server.Output.Whole).Select(static count => double.Parse(count.Groups[1].Value, null));
        Assert.Equal(dropped, counts.Sum());
    }

    [Fact]
    public async Task A_refusal_that_nobody_reads_does_not_hold_up_the_end()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes of this kind here.");
        // Longer than what the pipe holds.
        var program = $"{ServerProgram.ShellCommand} --port {new string('x', 100_000)}";
        var script = $"mkfifo unread && exec 3<>unread && {program} 2>&3; echo $?";
        var run = await ProgramRun.ToEndAsync(
            new ProcessStartInfo("/bin/sh", ["-c", script]) { WorkingDirectory = NewFolder().Path });
        Assert.Equal("2\n", run.StandardOutput);
    }

    /// <summary>A server whose pipe is full, and that has dropped lines for want of room.</summary>
    private async Task<(ServerProcess Server, Watcher Watcher)> UnreadServerAsync()
    {
        // A line for each connection that ends.
        var server = await StartServerAsync(["--log-level", "debug", .. Watcher.Flags]);
        var watcher = Own(await Watcher.OfAsync(server));
        server.StopReading();
        await DropOneMoreAsync(server, watcher);
        return (server, watcher);
    }

    private static async Task DropOneMoreAsync(ServerProcess server, Watcher watcher)
    {
        var before = (await watcher.MetricsAsync())[Dropped];
        await Patience.UntilAsync(HasDroppedAsync, static () => "a line is dropped");

        async Task<bool> HasDroppedAsync()
        {
            for (var visit = 0; visit < 200; visit++)
            {
                using var visitor = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await visitor.ConnectAsync(server.EndPoint, TestContext.Current.CancellationToken);
            }

            return (await watcher.MetricsAsync())[Dropped] > before;
        }
    }

    [GeneratedRegex(@"\[3501\] (\d+) lines")]
    private static partial Regex Count();
}
