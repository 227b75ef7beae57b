using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Network;

/// <summary>What "delivered" rests on over a Unix socket: the peer has read it.</summary>
public sealed class UnixSocketDeliveryTests : EndToEndTest
{
    private readonly AuthTimeoutFile _timeout;

    public UnixSocketDeliveryTests() => _timeout = new AuthTimeoutFile(NewFolder());

    [Fact]
    public async Task Messages_that_were_not_read_when_the_peer_died_come_again()
    {
        var (server, alice) = await ServerWithAliceAsync();
        var bob = await LoginByUnixAsync(server, "bob");
        for (var number = 0; number < 20; number++)
            await alice.TellAsync("bob", $"message {number}");
        await LookedAtAsync(server);
        // Closes without reading.
        await bob.DisposeAsync();
        bob = await LoginByUnixAsync(server, "bob");
        for (var number = 0; number < 20; number++)
            Assert.EndsWith($"message {number}", await bob.ReadFromAsync("alice"), StringComparison.Ordinal);
    }

    [Fact]
    public Task Messages_that_were_read_do_not_come_again_where_the_peer_quits() =>
        NothingComesAgainAfterAsync(static async bob => await bob.LeaveAsync());

    [Fact]
    public Task Messages_that_were_read_do_not_come_again_where_the_peer_just_closes() =>
        NothingComesAgainAfterAsync(static async bob =>
        {
            await bob.ExpectAliveAsync();
            await bob.DisposeAsync();
        });

    [Fact]
    public Task Messages_that_were_read_do_not_come_again_where_the_peer_quits_and_does_not_wait() =>
        NothingComesAgainAfterAsync(static async bob =>
        {
            await bob.SendAsync("QUIT");
            await bob.DisposeAsync();
        });

    [Fact]
    public async Task Messages_that_were_read_do_not_come_again_after_a_stop()
    {
        var (server, alice) = await ServerWithAliceAsync();
        var bob = await LoginByUnixAsync(server, "bob");
        await alice.TellAsync("bob", "before the stop");
        await bob.ReadFromAsync("alice");
        var stopping = server.TerminateAsync();
        await bob.ExpectPushAsync("INFO server_shutdown");
        await bob.ExpectClosedAsync();
        Assert.Equal(0, await stopping);

        var again = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = server.DatabasePath });
        var client = await LoginAsync(again, "bob");
        await client.ExpectAliveAsync();
        Assert.Null(client.TakeArrivedPush("FROM "));
    }

    [Fact]
    public async Task A_peer_that_reads_late_gets_everything_in_order_and_its_sender_is_not_slowed()
    {
        const int messages = 3_000;
        var (server, alice) = await ServerWithAliceAsync();
        var bob = await LoginByUnixAsync(server, "bob");
        var body = new string('x', 1_000);
        var sending = alice.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG bob {number} {body}"));
        for (var number = 0; number < messages; number++)
            await alice.ReadReplyAsync("waiting for an acknowledgement");
        await sending;
        for (var number = 0; number < messages; number++)
            Assert.Equal($"{number} {body}", ServerFrame.BodyOf(await bob.ReadFromAsync("alice")));
        await bob.LeaveAsync();
        bob = await LoginByUnixAsync(server, "bob");
        await bob.ExpectAliveAsync();
        Assert.Null(bob.TakeArrivedPush("FROM "));
    }

    private async Task<(ServerProcess Server, RawClient Alice)> ServerWithAliceAsync()
    {
        var server = await StartServerAsync(["--listen", $"unix:{NewFolder().File("chat.sock")}", .. _timeout.Flags]);
        return (server, await LoginAsync(server, "alice"));
    }

    /// <summary>
    /// Ends when the server's heartbeat has looked at all sessions since: it is also what tells strangers that they are too late, and
    /// the second hears of it a whole beat after the first.
    /// </summary>
    private async Task LookedAtAsync(ServerProcess server)
    {
        await _timeout.SetAsync(server, "1s");
        for (var beat = 0; beat < 2; beat++)
            await (await ConnectAsync(server)).ExpectErrorAsync("TIMEOUT");
        await _timeout.SetAsync(server, "1h");
    }

    /// <summary>Logs in, as soon as the server has noticed the end of an earlier connection of the user.</summary>
    private async Task<RawClient> LoginByUnixAsync(ServerProcess server, string name)
    {
        var client = await ConnectAsync(server, new RawClientOptions { Server = server.Listeners[0] });
        var reply = "";
        await Patience.UntilAsync(
            async () => !(reply = await client.AskAsync($"AUTH {name} {UniqueName.PasswordOf(name)}"))
                .StartsWith("ERROR ALREADY_CONNECTED", StringComparison.Ordinal),
            () => $"{name} can log in again");
        Assert.StartsWith("OK ", reply, StringComparison.Ordinal);
        return client;
    }

    private async Task NothingComesAgainAfterAsync(Func<RawClient, Task> leave)
    {
        var (server, alice) = await ServerWithAliceAsync();
        for (var round = 0; round < 20; round++)
        {
            var bob = await LoginByUnixAsync(server, "bob");
            await alice.TellAsync("bob", $"round {round}");
            // Whatever was told before would come first.
            Assert.EndsWith($"round {round}", await bob.ReadFromAsync("alice"), StringComparison.Ordinal);
            await leave(bob);
        }
    }
}
