using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;

namespace InternalChat.Engine.Tests;

public sealed class AccountTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");

    [Theory]
    [InlineData("AUTH al password", "INVALID_USERNAME")]
    [InlineData("AUTH alice passwör", "WEAK_PASSWORD")]
    [InlineData("AUTH a! short", "INVALID_USERNAME")]
    [InlineData("AUTH alice two words", "BAD_REQUEST")]
    public async Task Refuses_what_is_no_name_or_no_password(string command, string code)
    {
        await using var server = new TestServer();
        Assert.StartsWith($"ERROR {code} ", await server.Connect().Ask(command), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_fails_and_the_right_one_works_on_the_same_connection()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        await server.Restart();
        var client = server.Connect();
        Assert.StartsWith("ERROR AUTH_FAILED ", await client.Ask("AUTH alice passwore"), StringComparison.Ordinal);
        Assert.StartsWith("ERROR AUTH_FAILED ", await client.Ask("AUTH alice password1"), StringComparison.Ordinal);
        Assert.Equal("OK authenticated", await client.Ask("AUTH alice password"));
        Assert.Equal("OK registered", await server.Connect().Ask("AUTH Alice password1"));
    }

    [Fact]
    public async Task The_second_connection_of_a_user_waits_its_turn()
    {
        await using var server = new TestServer();
        var first = await server.LogInAs("alice");
        var second = server.Connect();
        Assert.StartsWith("ERROR ALREADY_CONNECTED ", await second.Ask("AUTH alice password"), StringComparison.Ordinal);
        await first.Quit();
        Assert.Equal("OK authenticated", await second.Ask("AUTH alice password"));
    }

    [Fact]
    public async Task A_login_that_arrives_while_the_old_session_is_closing_gets_in()
    {
        await using var server = new TestServer();
        var old = await server.LogInAs("alice", new FakeProgress());
        var bob = await server.LogInAs("bob");
        Assert.Equal("DELIVERED 1", await bob.Ask("MSG alice hi"));
        Assert.StartsWith("FROM 1 ", await old.Line(), StringComparison.Ordinal);
        // Not acknowledged, so that the closing takes its time.
        Assert.Equal("OK bye", await old.Ask("QUIT"));
        var next = server.Connect();
        var third = server.Connect();
        using (await SlowDisk.Hold(server, bob, "BLOCK alice"))
        {
            next.Send("AUTH alice password");
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the login is with the writer");
        }

        await bob.Expect("OK blocked alice");
        // Answered behind the login, which waits now.
        Assert.Equal("OK unblocked alice", await bob.Ask("UNBLOCK alice"));
        old.Vanish();
        await next.Expect("OK authenticated");
        Assert.StartsWith("FROM 1 ", await next.Line(), StringComparison.Ordinal);
        Assert.StartsWith("ERROR ALREADY_CONNECTED ", await third.Ask("AUTH alice password"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_waits_for_a_logout_gets_in_though_the_store_fails_at_that()
    {
        await using var server = new TestServer { ExpectsErrors = true };
        var old = await server.LogInAs("alice", new FakeProgress());
        var bob = await server.LogInAs("bob");
        Assert.Equal("DELIVERED 1", await bob.Ask("MSG alice hi"));
        Assert.StartsWith("FROM 1 ", await old.Line(), StringComparison.Ordinal);
        Assert.Equal("OK bye", await old.Ask("QUIT"));
        var next = server.Connect();
        using (await SlowDisk.Hold(server, bob, "BLOCK alice"))
        {
            next.Send("AUTH alice password");
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the login is with the writer");
        }

        await bob.Expect("OK blocked alice");
        Assert.Equal("OK unblocked alice", await bob.Ask("UNBLOCK alice"));
        server.Store.BeforeLeave = static () => throw new InvalidOperationException("Nobody thought of this.");
        old.Vanish();
        await next.Expect("OK authenticated");
        server.Store.BeforeLeave = null;
    }

    [Fact]
    public async Task Of_two_that_race_to_register_a_name_one_wins()
    {
        await using var server = new TestServer();
        for (var round = 0; round < 20; round++)
        {
            var clients = new[] { server.Connect(), server.Connect() };
            using (var disk = new SlowDisk(server.Store))
            {
                clients[0].Send($"AUTH user{round} password-one");
                clients[1].Send($"AUTH user{round} password-two");
                await Phase.Within(disk.Reached, "the first registration");
            }

            var replies = new[] { await clients[0].Line(), await clients[1].Line() };
            var winner = Array.IndexOf(replies, "OK registered");
            Assert.True(winner >= 0, string.Join(" | ", replies));
            Assert.StartsWith("ERROR AUTH_FAILED ", replies[1 - winner], StringComparison.Ordinal);
            await clients[winner].Quit();
            Assert.Equal("OK authenticated", await clients[1 - winner].Ask($"AUTH user{round} password-{(winner == 0 ? "one" : "two")}"));
        }
    }

    [Fact]
    public async Task A_login_more_than_may_wait_is_told_to_come_back()
    {
        // One thread hashes per core but one; slow hashes keep them and the queue's places taken.
        await using var server = new TestServer(TestServer.Quiet with { MaxWaitingLogins = 2, PasswordIterations = 200_000 });
        var clients = Enumerable.Range(0, 40 + (2 * Environment.ProcessorCount)).Select(_ => server.Connect()).ToArray();
        for (var i = 0; i < clients.Length; i++)
            clients[i].Send($"AUTH user{i} password");
        var replies = new List<string>();
        foreach (var client in clients)
            replies.Add(await client.Line());
        Assert.Contains("OK registered", replies);
        Assert.Contains("ERROR BUSY too many logins are waiting, try again", replies);
        Assert.All(replies, static reply => Assert.Matches("^(OK registered|ERROR BUSY .*)$", reply));
    }

    [Fact]
    public async Task Old_hashes_are_replaced_at_the_next_login_and_still_fit()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        Assert.Equal(1_000, server.Iterations("alice"));
        await server.Restart(TestServer.Quiet with { PasswordIterations = 2_000 });
        await server.Register("alice");
        Assert.Equal(2_000, server.Iterations("alice"));
        await server.Restart(TestServer.Quiet with { PasswordIterations = 1_000 });
        await server.Register("alice");
        Assert.Equal(2_000, server.Iterations("alice"));
    }

    [Fact]
    public async Task With_registration_closed_only_known_names_get_in()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        await server.Restart(TestServer.Quiet with { Live = TestServer.QuietLive with { RegistrationOpen = false } });
        const string refused = "ERROR AUTH_FAILED no such account or wrong password; the operator creates accounts";
        Assert.Equal(refused, await server.Connect().Ask("AUTH bobby password"));
        Assert.Equal(refused, await server.Connect().Ask("AUTH alice wrong-password"));
        Assert.Equal("OK authenticated", await server.Connect().Ask("AUTH alice password"));
    }

    [Fact]
    public async Task A_password_is_remembered_for_its_own_name_only()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        var bob = server.Connect();
        Assert.Equal("OK registered", await bob.Ask("AUTH bob other-password"));
        await bob.Quit();
        Assert.StartsWith("ERROR AUTH_FAILED ", await server.Connect().Ask("AUTH bob password"), StringComparison.Ordinal);
        Assert.StartsWith("ERROR AUTH_FAILED ", await server.Connect().Ask("AUTH alice other-password"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whom_the_transport_certifies_may_log_in_as_nobody_else_and_still_needs_the_password()
    {
        await using var server = new TestServer();
        await server.Register("alice", "bob");
        var client = server.Connect(certified: new CertifiedUser(UserName.Parse("alice")));
        Assert.StartsWith("ERROR AUTH_FAILED ", await client.Ask("AUTH bob password"), StringComparison.Ordinal);
        Assert.StartsWith("ERROR AUTH_FAILED ", await client.Ask("AUTH Alice password"), StringComparison.Ordinal);
        Assert.StartsWith("ERROR AUTH_FAILED ", await client.Ask("AUTH newcomer password"), StringComparison.Ordinal);
        Assert.StartsWith("ERROR AUTH_FAILED ", await client.Ask("AUTH alice passwore"), StringComparison.Ordinal);
        Assert.Equal("OK authenticated", await client.Ask("AUTH alice password"));
        Assert.Equal("OK registered", await server.Connect().Ask("AUTH newcomer password"));
    }

    [Fact]
    public async Task A_name_that_the_certificate_does_not_allow_does_not_throttle_its_user()
    {
        await using var server = new TestServer(TestServer.Limiting(perNetwork: 2, perAddress: 2));
        await server.Register("bob");
        var client = server.Connect(Here, certified: new CertifiedUser(UserName.Parse("alice")));
        for (var attempt = 0; attempt < 5; attempt++)
            Assert.StartsWith("ERROR AUTH_FAILED ", await client.Ask("AUTH bob password"), StringComparison.Ordinal);
        Assert.Equal("OK authenticated", await server.Connect(Here).Ask("AUTH bob password"));
    }
}
