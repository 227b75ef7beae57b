using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>
/// A failure that nobody foresaw, at the worst moment: the process ends and says why, and what was acknowledged is there at the next start.
/// </summary>
public sealed class UnforeseenFailureTests : EndToEndTest
{
    private const int SigAbrtStatus = 128 + 6;

    [Fact]
    public async Task A_failure_between_a_commit_and_its_answer_ends_the_server_and_calls_nothing_unstored()
    {
        var server = await StartFailingServerAsync("chat writer", out var startFailing);
        var alice = await LoginAsync(server, "alice");
        await (await LoginAsync(server, "bob")).LeaveAsync();
        for (var message = 1; message <= 10; message++)
            await alice.ExpectAsync($"MSG bob number {message}", $"OK queued {message}");
        startFailing();
        // Neither answer would be right: it is on the disk, and nobody knows.
        await Assert.ThrowsAsync<EndOfStreamException>(() => alice.AskAsync("MSG bob number 11"));
        Assert.Equal(SigAbrtStatus, await server.WaitForEndAsync());
        // In the log, as an event, and on standard error.
        Assert.Contains("InternalChat[1004]", server.Output.Whole, StringComparison.Ordinal);
        Assert.Contains("What it has acknowledged is stored.", server.Output.Whole, StringComparison.Ordinal);
        Assert.Contains("Nobody thought of this.", server.Output.Whole, StringComparison.Ordinal);

        var again = await StartAgainAsync(server);
        var bob = await LoginAsync(again, "bob");
        for (var message = 1; message <= 11; message++)
            Assert.EndsWith($" number {message}", await bob.ReadPushAsync($"FROM {message} "), StringComparison.Ordinal);
        alice = await LoginAsync(again, "alice");
        await alice.ExpectAsync("MSG bob number 12", "DELIVERED 12");
    }

    [Fact]
    public async Task A_thread_that_fails_is_in_the_log_before_it_ends_the_server()
    {
        var server = await StartFailingServerAsync("storage checkpoint", out var startFailing);
        startFailing();
        var alice = await LoginAsync(server, "alice");
        await (await LoginAsync(server, "bob")).LeaveAsync();
        // Past 4 MiB of write-ahead log that thread has work.
        var body = new string('x', 4_000);
        var ended = await Record.ExceptionAsync(async () =>
        {
            for (var message = 0; message < 5_000; message++)
                await alice.AskAsync($"MSG bob {body}");
        });
        Assert.True(ended is EndOfStreamException or IOException, $"The server did not end: {ended}");
        Assert.Equal(SigAbrtStatus, await server.WaitForEndAsync());
        Assert.Contains("InternalChat[3009]", server.Output.Whole, StringComparison.Ordinal);
    }

    private Task<ServerProcess> StartFailingServerAsync(string thread, out Action startFailing)
    {
        var folder = NewFolder();
        var (database, signal) = (folder.File("chat.db"), folder.File("fail"));
        startFailing = () => File.WriteAllText(signal, "");
        return StartAsync();

        async Task<ServerProcess> StartAsync()
        {
            var server = await StartServerAsync(ServerLaunch.Quick() with
            {
                Program = Path.Combine(AppContext.BaseDirectory, "InternalChat.FailingServer.dll"),
                DatabasePath = database,
                Environment = new Dictionary<string, string>
                {
                    ["FAIL_WHEN_EXISTS"] = signal,
                    ["FAIL_ON_THREAD"] = thread,
                    ["FAIL_AFTER_WRITE_TO"] = database + "-wal",
                },
            });
            server.Output.ExpectErrors("Nobody thought of this");
            return server;
        }
    }
}
