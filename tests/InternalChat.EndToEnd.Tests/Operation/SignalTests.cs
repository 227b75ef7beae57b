using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Operation;

/// <summary>No signal but SIGKILL and those that tell of a defect ends a server at once, or without a line.</summary>
public sealed class SignalTests : EndToEndTest
{
    public SignalTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The numbers of signals are Linux's.");

    [Theory]
    [InlineData(10, "SIGUSR1")]
    [InlineData(12, "SIGUSR2")]
    [InlineData(14, "SIGALRM")]
    [InlineData(16, "SIGSTKFLT")]
    [InlineData(26, "SIGVTALRM")]
    [InlineData(27, "SIGPROF")]
    [InlineData(29, "SIGIO")]
    [InlineData(35, "SIGRTMIN+1")]
    [InlineData(64, "SIGRTMIN+30")]
    public async Task A_signal_that_means_nothing_is_a_line_in_the_log_once_a_minute(int number, string name)
    {
        var server = await StartServerAsync();
        var line = server.Output.NextAsync("[3602]");
        server.Signal(number);
        Assert.Contains(name + " means nothing to this server", await line, StringComparison.Ordinal);
        server.Signal(number);
        // What a signal does comes after what one before it did.
        await server.ReloadAsync();
        await LoginAsync(server, "alice");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Equal(2, server.Output.Whole.Split("[3602]").Length);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(28)]
    [InlineData(34)]
    public async Task A_signal_that_the_runtime_takes_changes_nothing(int number)
    {
        var server = await StartServerAsync();
        server.Signal(number);
        await server.ReloadAsync();
        await LoginAsync(server, "alice");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(24)]
    [InlineData(30)]
    public async Task A_signal_that_asks_for_an_end_ends_the_server_in_order(int number)
    {
        Assert.SkipWhen(UnixSignal.IsIgnored(number), "These tests were started with the signal ignored.");
        var server = await StartServerAsync();
        var alice = await LoginAsync(server, "alice");
        server.Signal(number);
        await alice.ExpectPushAsync("INFO server_shutdown");
        Assert.Equal(0, await server.WaitForEndAsync());
        Assert.Contains("[3003]", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGHUP_does_not_end_a_server_that_is_about_to_start()
    {
        var server = Own(ServerProcess.Launch(ServerLaunch.Quick(Watcher.Flags)));
        // This is said before the database is opened.
        Own(await Watcher.OfAsync(server));
        server.Signal(UnixSignal.HangUpNumber);
        await server.UntilListeningAsync();
        await LoginAsync(server, "alice");
    }
}
