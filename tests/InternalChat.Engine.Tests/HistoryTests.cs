using InternalChat.Engine.Operations;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;

namespace InternalChat.Engine.Tests;

public sealed class HistoryTests
{
    [Fact]
    public async Task Messages_that_are_removed_while_the_peer_takes_its_time_end_in_an_error_and_not_in_waiting()
    {
        const int Messages = 100;
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        var bob = await server.LogInAs("bob");
        alice.SendLines(Enumerable.Range(0, Messages).Select(static i => $"MSG bob {i} {new string('x', 4_000)}"));
        await alice.Lines(Messages);
        await bob.Quit();
        var slow = await server.LogInAs("bob", pauseAt: 4_096);
        Assert.Equal($"INFO history_count {Messages}", await slow.Ask($"HISTORY alice {Messages}"));

        Assert.True(UserName.TryParse("alice"u8, out var name));
        Assert.Equal(AccountChangeOutcome.Done, (await server.Engine.Accounts.EraseAsync(name)).Outcome);
        // The account goes last. The writer works at it between batches, so something to do keeps it awake.
        var carol = await server.LogInAs("carol");
        while (await server.Engine.Accounts.FindAsync(name) is not null)
            await carol.Ask("READ 999999");

        var lines = await slow.LinesUntil(static line => line.StartsWith("ERROR ", StringComparison.Ordinal), "the end of the reply");
        Assert.StartsWith("ERROR STORAGE ", lines[^1], StringComparison.Ordinal);
        Assert.InRange(lines.Count - 1, 1, Messages - 1);
        Assert.Equal("PONG", await slow.Ask("PING"));
    }
}
