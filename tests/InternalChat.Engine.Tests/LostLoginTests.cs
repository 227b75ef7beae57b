using System.Net;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;

namespace InternalChat.Engine.Tests;

/// <summary>Logins whose peer is gone before they are done.</summary>
public sealed class LostLoginTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");

    [Fact]
    public async Task A_login_that_waits_leaves_the_queue_at_once_when_its_connection_is_closed()
    {
        var time = new HeldHashing();
        await using var server = new TestServer(TestServer.Quiet, time);
        using var held = await time.Hold(server);
        var waiting = server.Connect(Here);
        waiting.Send("AUTH alice password\nPING");
        await Phase.Until(() => server.Engine.WaitingLogins == 1, "the login waits");
        Assert.NotNull(server.Engine.TryDrain(TimeSpan.Zero));
        // While no thread takes anything up.
        Assert.Equal(["INFO server_shutdown"], await waiting.ReadToEnd());
        Assert.Equal(0, server.Engine.WaitingLogins);
    }

    [Fact]
    public async Task A_login_whose_peer_is_gone_when_its_turn_comes_is_not_hashed_and_makes_no_account()
    {
        var time = new HeldHashing();
        await using var server = new TestServer(TestServer.Quiet, time);
        await server.Register("bob");
        await server.Restart();
        var (newcomer, stranger) = (new FakeProgress(), new FakeProgress());
        TestClient[] clients;
        using (await time.Hold(server))
        {
            clients = [server.Connect(Here, newcomer), server.Connect(Here, stranger)];
            clients[0].Send("AUTH alice password");
            clients[1].Send("AUTH bob password");
            await Phase.Until(() => server.Engine.WaitingLogins == 2, "the logins wait");
            newcomer.IsPeerGone = stranger.IsPeerGone = true;
        }

        foreach (var client in clients)
            await Phase.Within(client.Served, "the end of the connection");
        Assert.Null(await server.Engine.Accounts.FindAsync(UserName.Parse("alice")));
        // Neither does anybody hold the name.
        Assert.Equal("OK authenticated", await server.Connect(Here).Ask("AUTH bob password"));
    }

    [Fact]
    public async Task A_peer_that_goes_while_its_new_account_waits_for_the_writer_gets_none()
    {
        await using var server = new TestServer(TestServer.Quiet);
        await server.Register("bob");
        var carol = await server.LogInAs("carol");
        var progress = new FakeProgress();
        var newcomer = server.Connect(Here, progress);
        using (var disk = await SlowDisk.Hold(server, carol, "MSG bob hi"))
        {
            newcomer.Send("AUTH alice password");
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the new account is with the writer");
            progress.IsPeerGone = true;
            disk.GoOn();
        }

        await Phase.Within(newcomer.Served, "the end of the connection");
        Assert.Null(await server.Engine.Accounts.FindAsync(UserName.Parse("alice")));
    }

    [Fact]
    public async Task A_peer_that_goes_while_its_new_account_is_being_stored_has_it_and_is_not_online()
    {
        await using var server = new TestServer(TestServer.Quiet);
        var progress = new FakeProgress();
        var newcomer = server.Connect(Here, progress);
        using (var disk = new SlowDisk(server.Store))
        {
            newcomer.Send("AUTH alice password");
            await Phase.Within(disk.Reached, "the commit");
            progress.IsPeerGone = true;
            newcomer.Vanish();
            disk.GoOn();
        }

        await Phase.Within(newcomer.Served, "the end of the connection");
        Assert.Equal("OK authenticated", await server.Connect(Here).Ask("AUTH alice password"));
    }

    [Fact]
    public async Task What_stands_behind_the_AUTH_of_a_peer_that_is_gone_is_done_if_its_password_is_remembered()
    {
        await using var server = new TestServer(TestServer.Quiet);
        await server.Register("alice", "bob");
        var gone = server.Connect(progress: new FakeProgress { IsPeerGone = true });
        gone.SendLines(["AUTH alice password", "MSG bob hi"]);
        gone.HalfClose();
        await Phase.Within(gone.Served, "the end of the connection");
        Assert.EndsWith(" hi", Assert.Single(await server.TakePending("bob")), StringComparison.Ordinal);
    }
}
