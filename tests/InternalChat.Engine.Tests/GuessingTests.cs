using System.Net;
using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>What a stranger gets out of AUTH, however it asks.</summary>
public sealed class GuessingTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");

    [Theory]
    [InlineData(false, "192.0.2.1")]
    [InlineData(false, "192.0.2.2")]
    [InlineData(true, "192.0.2.1")]
    [InlineData(true, "192.0.2.2")]
    public async Task No_answer_depends_on_a_password_that_the_throttle_has_not_let_through(bool isOnline, string guesser)
    {
        await using var server = new TestServer(TestServer.Limiting(perNetwork: 3), new FakeTimeProvider());
        await server.Register("alice");
        var alice = server.Connect(Here);
        await alice.LogIn("alice");
        if (!isOnline)
            await alice.Quit();
        await Fail(server, IPAddress.Parse(guesser), "alice", 3);
        var wrong = await server.Connect(IPAddress.Parse(guesser)).Ask("AUTH alice wrong-password");
        Assert.StartsWith("ERROR AUTH_THROTTLED ", wrong, StringComparison.Ordinal);
        Assert.Equal(wrong, await server.Connect(IPAddress.Parse(guesser)).Ask("AUTH alice password"));
    }

    [Fact]
    public async Task While_the_hashing_is_busy_memory_is_asked_no_more_often_than_the_limit_allows_and_no_answer_tells_that_it_is_asked()
    {
        var time = new HeldHashing();
        await using var server = new TestServer(Limiting3With(waitingLogins: 1), time);
        await LogInAndLeave(server, Here, "alice");
        server.Engine.LiveOptions = server.Engine.LiveOptions with { RegistrationOpen = false };
        using var held = await time.Hold(server, waiting: 1);
        // The one is remembered, the other does not exist.
        foreach (var name in (string[])["alice", "nobody"])
        {
            for (var guess = 0; guess < 10; guess++)
                Assert.StartsWith("ERROR BUSY ", await server.Connect(There).Ask($"AUTH {name} wrong-password"), StringComparison.Ordinal);
        }

        Assert.StartsWith("ERROR BUSY ", await server.Connect(There).Ask("AUTH alice password"), StringComparison.Ordinal);
        await LogInAndLeave(server, Here, "alice");
        held.Dispose();
        await Phase.Until(() => server.Engine.WaitingLogins == 0, "the hashing is idle");
        await Fail(server, There, "alice", 3);
        await Fail(server, There, "nobody", 3);
    }

    [Fact]
    public async Task Guesses_in_parallel_at_a_name_that_is_remembered_wait_their_turn_as_those_at_a_name_without_an_account()
    {
        var time = new HeldHashing();
        await using var server = new TestServer(Limiting3With(waitingLogins: 100), time);
        await LogInAndLeave(server, Here, "alice");
        server.Engine.LiveOptions = server.Engine.LiveOptions with { RegistrationOpen = false };
        using var held = await time.Hold(server);
        string[] names = ["nobody", "alice"];
        for (var i = 0; i < names.Length; i++)
        {
            for (var guess = 0; guess < 10; guess++)
                server.Connect(There).Send($"AUTH {names[i]} wrong-password");
            // A throttled one that is told so at once would tell that this name's attempts are counted earlier.
            var expected = 10 * (i + 1);
            await Phase.Until(() => server.Engine.WaitingLogins == expected, $"10 guesses at {names[i]} wait");
        }
    }

    [Fact]
    public async Task Guesses_made_at_the_same_time_do_not_get_past_the_limit_of_a_name()
    {
        await using var server = new TestServer(TestServer.Limiting(perNetwork: 3), new FakeTimeProvider());
        await server.Register("alice");
        await server.Restart();
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(guess => server.Connect(Here).Ask($"AUTH alice wrong-password-{guess}")));
        Assert.Equal(3, replies.Count(static reply => reply.StartsWith("ERROR AUTH_FAILED ", StringComparison.Ordinal)));
        Assert.Equal(17, replies.Count(static reply => reply.StartsWith("ERROR AUTH_THROTTLED ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Guesses_made_at_the_same_time_do_not_get_past_the_limit_of_an_address()
    {
        await using var server = new TestServer(TestServer.Limiting(perNetwork: 10, perAddress: 5), new FakeTimeProvider());
        string[] names = [.. Enumerable.Range(0, 100).Select(static number => $"user{number}")];
        await server.Register(names);
        await server.Restart();
        var replies = await Task.WhenAll(names.Select(name => server.Connect(Here).Ask($"AUTH {name} wrong-password")));
        Assert.Equal(5, replies.Count(static reply => reply.StartsWith("ERROR AUTH_FAILED ", StringComparison.Ordinal)));
        Assert.Equal(95, replies.Count(static reply => reply.StartsWith("ERROR AUTH_THROTTLED ", StringComparison.Ordinal)));
        Assert.Equal("OK authenticated", await server.Connect(There).Ask("AUTH user1 password"));
    }

    [Fact]
    public async Task A_whole_office_logs_in_at_once_from_one_address()
    {
        await using var server = new TestServer(
            TestServer.Limiting(perNetwork: 10, perAddress: 32) with { MaxWaitingLogins = 1_000 }, new FakeTimeProvider());
        string[] names = [.. Enumerable.Range(0, 300).Select(static number => $"user{number}")];
        await server.Register(names);
        // Once with nothing in memory, and once with everything.
        await server.Restart();
        for (var round = 0; round < 2; round++)
        {
            var clients = names.Select(_ => server.Connect(Here)).ToArray();
            for (var i = 0; i < names.Length; i++)
                clients[i].Send($"AUTH {names[i]} password");
            foreach (var client in clients)
                await client.Expect("OK authenticated");
            foreach (var client in clients)
                await client.Quit();
        }
    }

    [Theory]
    [InlineData("192.0.2.1", 2)]
    [InlineData("192.0.2.1", 1_000)]
    [InlineData("198.51.100.1", 2)]
    public async Task Whoever_asks_without_end_does_not_keep_others_from_their_turn(string owner, int networks)
    {
        const int places = 20;
        var time = new HeldHashing();
        await using var server = new TestServer(TestServer.Quiet with { MaxWaitingLogins = places }, time);
        await LogInAndLeave(server, Here, "alice");
        await server.Restart();
        using var held = await time.Hold(server);
        var strangers = Enumerable.Range(0, 3 * places)
            .Select(stranger => server.Connect(new IPAddress([10, 0, (byte)(stranger % networks / 256), (byte)(stranger % networks)])))
            .ToArray();
        for (var i = 0; i < strangers.Length; i++)
            strangers[i].Send($"AUTH stranger{i} password");
        var refused = 0;
        await Phase.Until(
            () => (refused = strangers.Count(static stranger => stranger.HasUnread)) == strangers.Length - places, "all places are taken");
        var alice = server.Connect(IPAddress.Parse(owner));
        alice.Send("AUTH alice password");
        await Phase.Until(() => strangers.Count(static stranger => stranger.HasUnread) == refused + 1, "one makes room for her");
        held.Dispose();
        await alice.Expect("OK authenticated");
        foreach (var stranger in strangers)
            Assert.Matches("^(OK registered|ERROR BUSY .*)$", await stranger.Line());
    }

    [Fact]
    public async Task The_last_failed_login_that_a_connection_may_have_is_answered_and_closes_it()
    {
        await using var server = new TestServer(TestServer.Limiting(perNetwork: 4), new FakeTimeProvider());
        await server.Register("alice");
        var client = server.Connect(Here);
        client.SendLines(Enumerable.Range(0, 20).Select(static guess => $"AUTH alice wrong-password-{guess}"));
        var replies = (await client.ReadToEnd()).Select(static line => line.Split(' ')[1]);
        Assert.Equal(
            ["AUTH_FAILED", "AUTH_FAILED", "AUTH_FAILED", "AUTH_FAILED", "AUTH_THROTTLED", "AUTH_THROTTLED"], replies);
    }

    [Fact]
    public async Task Logins_that_are_pipelined_do_not_outlive_the_time_to_authenticate()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(TestServer.Quiet, time);
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        var second = server.Connect(Here);
        Assert.StartsWith("ERROR ALREADY_CONNECTED ", await second.Ask("AUTH alice password"), StringComparison.Ordinal);
        using (var disk = await SlowDisk.Hold(server, alice, "MSG bob hi"))
        {
            // The heartbeat finds it in the middle of a login.
            second.SendLines(["AUTH alice password", "AUTH alice password"]);
            await Phase.Until(() => server.Engine.QueuedOperations == 1, "the login is with the writer");
            time.Advance(TimeSpan.FromSeconds(11));
            disk.GoOn();
        }

        var replies = (await second.ReadToEnd()).Select(static line => line.Split(' ')[1]);
        Assert.Equal(["ALREADY_CONNECTED", "TIMEOUT"], replies);
    }

    [Fact]
    public async Task What_a_login_waits_for_a_hashing_thread_is_not_its_own_time()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(
            TestServer.Quiet with { PasswordIterations = 300_000, Live = TestServer.QuietLive with { RegistrationOpen = false } }, time);
        // As many as there are threads, and some that wait behind them.
        var clients = Enumerable.Range(0, 10 + Environment.ProcessorCount).Select(_ => server.Connect()).ToArray();
        for (var i = 0; i < clients.Length; i++)
            clients[i].Send($"AUTH nobody{i} password");
        await Phase.Until(() => server.Engine.WaitingLogins >= 10, "logins wait");
        time.Advance(TimeSpan.FromSeconds(60));
        var replies = new List<string>();
        foreach (var client in clients)
        {
            await client.Line("the end of the login");
            replies.Add(await client.Ask("HELLO 1"));
        }

        Assert.True(replies.Count(static reply => reply == "OK hello") >= 4, string.Join(" | ", replies));
    }

    [Fact]
    public async Task A_stranger_who_guesses_without_pause_does_not_keep_the_owner_out_after_a_restart()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(TestServer.Limiting(perNetwork: 3, perAddress: 5), time);
        await LogInAndLeave(server, Here, "alice");
        await server.Restart();
        for (var second = 0; second < 290; second++)
        {
            await server.Connect(There).Ask("AUTH alice wrong-password");
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.StartsWith("ERROR AUTH_THROTTLED ", await server.Connect(There).Ask("AUTH alice password"), StringComparison.Ordinal);
        await LogInAndLeave(server, IPAddress.Parse("192.0.2.3"), "alice");
        await LogInAndLeave(server, Here, "alice");
    }

    [Fact]
    public async Task The_owner_at_the_guessers_address_waits_for_60_seconds_at_most_once_the_guesser_is_gone()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(TestServer.Quiet, time);
        await LogInAndLeave(server, Here, "alice");
        await server.Restart();
        await Fail(server, Here, "alice", 10);
        Assert.StartsWith("ERROR AUTH_THROTTLED ", await server.Connect(Here).Ask("AUTH alice password"), StringComparison.Ordinal);
        time.Advance(TimeSpan.FromSeconds(60));
        await LogInAndLeave(server, Here, "alice");
    }

    [Theory]
    [InlineData("192.0.2.2", "192.0.2.2")]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1")]
    public async Task A_stranger_who_registers_without_end_does_not_keep_the_owner_from_the_hashing_threads(string one, string other)
    {
        var time = new HeldHashing();
        await using var server = new TestServer(Limiting3With(waitingLogins: 8), time);
        await LogInAndLeave(server, Here, "alice");
        await server.Restart();
        using var held = await time.Hold(server);
        // All the places that one network may have.
        for (var place = 1; place <= 4; place++)
        {
            var expected = place;
            server.Connect(IPAddress.Parse(place % 2 == 0 ? one : other)).Send($"AUTH newcomer{place} password");
            await Phase.Until(() => server.Engine.WaitingLogins == expected, "the stranger waits for a thread");
        }

        Assert.StartsWith(
            "ERROR BUSY ", await server.Connect(IPAddress.Parse(one)).Ask("AUTH newcomer password"), StringComparison.Ordinal);
        var owner = server.Connect(Here);
        owner.Send("AUTH alice password");
        await Phase.Until(() => server.Engine.WaitingLogins == 5, "the owner waits for a thread");
        held.Dispose();
        await owner.Expect("OK authenticated");
    }

    [Fact]
    public async Task An_address_that_fails_at_many_names_does_not_keep_out_whoever_has_logged_in_from_there_before()
    {
        await using var server = new TestServer(TestServer.Limiting(perNetwork: 10, perAddress: 8), new FakeTimeProvider());
        await server.Register([.. Enumerable.Range(0, 8).Select(static number => $"user{number}")]);
        await LogInAndLeave(server, There, "carol");
        await LogInAndLeave(server, Here, "alice");
        await server.Restart();
        for (var name = 0; name < 8; name++)
            await Fail(server, Here, $"user{name}", 1);
        Assert.StartsWith("ERROR AUTH_THROTTLED ", await server.Connect(Here).Ask("AUTH carol password"), StringComparison.Ordinal);
        await LogInAndLeave(server, Here, "alice");
        await LogInAndLeave(server, There, "carol");
    }

    [Fact]
    public async Task A_name_at_which_100_networks_guess_is_open_to_the_networks_that_it_came_from_before()
    {
        var server = new TestServer(
            TestServer.Quiet with
            {
                Live = TestServer.QuietLive with { FailedLoginsPerName = new FailureLimit(20, TimeSpan.FromMinutes(20)) },
            },
            new FakeTimeProvider());
        await using var ending = server;
        await LogInAndLeave(server, Here, "alice");
        await server.Restart();
        for (var guesser = 0; guesser < 20; guesser++)
            await Fail(server, IPAddress.Parse($"198.51.100.{guesser}"), "alice", 1);
        Assert.StartsWith("ERROR AUTH_THROTTLED ", await server.Connect(There).Ask("AUTH alice password"), StringComparison.Ordinal);
        await LogInAndLeave(server, Here, "alice");
    }

    /// <summary>Three failed logins at once, and room for so many that wait for a hashing thread.</summary>
    private static EngineOptions Limiting3With(int waitingLogins) =>
        TestServer.Limiting(perNetwork: 3) with { MaxWaitingLogins = waitingLogins };

    private static async Task LogInAndLeave(TestServer server, IPAddress from, string name)
    {
        var client = server.Connect(from);
        await client.LogIn(name);
        await client.Quit();
    }

    private static async Task Fail(TestServer server, IPAddress from, string name, int times)
    {
        for (var attempt = 0; attempt < times; attempt++)
        {
            var reply = await server.Connect(from).Ask($"AUTH {name} wrong-password");
            Assert.StartsWith("ERROR AUTH_FAILED ", reply, StringComparison.Ordinal);
        }
    }
}
