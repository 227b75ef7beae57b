using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>A server that is allowed more connections than the system gives it files for.</summary>
public sealed class OpenFileLimitTests : EndToEndTest
{
    private const int OpenFiles = 256;

    [Fact]
    public async Task Who_finds_no_file_left_waits_until_another_goes_who_is_connected_is_served_and_the_log_says_it_once()
    {
        Assert.SkipUnless(
            ServerProgram.IsNative, "A runtime that compiles as it runs can end with 'Out of memory.' where it can open nothing.");
        var server = await StartServerAsync(
            ServerLaunch.Quick("--max-connections", "10000", "--auth-timeout", "5m") with { OpenFiles = OpenFiles });
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        var warned = server.Output.NextAsync("[3303]");
        var guests = new List<RawClient>();
        for (var guest = 0; guest < OpenFiles; guest++)
            guests.Add(await ConnectAsync(server));
        Assert.Contains("Too many open files", await warned, StringComparison.Ordinal);

        await alice.TellAsync("bob", "we are not disturbed");
        await bob.ReadFromAsync("alice");
        var replies = guests.Select(static guest => guest.AskAsync("HELLO 1")).ToList();
        Assert.False(replies[^1].IsCompleted, "All were accepted.");
        // They are accepted in the order in which they came: each that goes makes room for one more, and the next finds none again.
        foreach (var (guest, reply) in guests.Zip(replies))
        {
            Assert.Equal("OK hello", await reply);
            await guest.LeaveAsync();
        }

        await LoginAsync(server, "carol");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Equal(2, server.Output.Whole.Split("[3303]").Length);
    }

    [Theory]
    [InlineData(1_024, "auto", "only 896 connections can be open at one time, for this process may have 1024 files open")]
    [InlineData(1_024, "5000", "--max-connections 5000 is more than the 896 that are possible, for this process may have 1024 files open")]
    public async Task A_limit_that_lets_few_in_is_a_warning_at_the_start(int openFiles, string maxConnections, string warning)
    {
        var server = await StartServerAsync(ServerLaunch.Quick("--max-connections", maxConnections) with { OpenFiles = openFiles });
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Contains(warning, server.Output.Whole, StringComparison.Ordinal);
        Assert.Single(server.Output.Whole.Split('\n'), static line => line.Contains("warn:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1_024, "896")]
    [InlineData(1_128, "auto")]
    public async Task A_limit_that_is_meant_or_lets_many_in_is_none(int openFiles, string maxConnections)
    {
        var server = await StartServerAsync(ServerLaunch.Quick("--max-connections", maxConnections) with { OpenFiles = openFiles });
        Assert.Equal(0, await server.TerminateAsync());
        Assert.DoesNotContain("warn:", server.Output.Whole, StringComparison.Ordinal);
    }
}
