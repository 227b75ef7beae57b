using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.TestKit.Metrics;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests.Reading;

/// <summary>Whoever has read as much as a user may waits, is refused nothing, and holds up nobody else.</summary>
public sealed class ReadingBudgetTests : IDisposable
{
    // A LIST of a line online and a line known: ten for the command and ten for each line.
    private const int List = 30;

    private static readonly ReadingLimit Limit = new(List, TimeSpan.FromSeconds(30));

    private readonly FakeTimeProvider _time = new();
    private readonly MeterReadings _readings = new();

    public void Dispose() => _readings.Dispose();

    [Fact]
    public async Task Whoever_has_read_too_much_is_answered_later_and_in_order()
    {
        await using var server = Serve();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        // The first uses the limit up and the second goes past it, which is known only when it has been answered.
        alice.SendLines(["LIST", "LIST", "LIST", "PING", "HISTORY bob", "MSG bob hi", "READ 77"]);
        string[] list = ["INFO online: alice", "INFO known: alice, bob"];
        await alice.Expect([.. list, .. list]);
        await Waits(1);
        Assert.False(alice.HasUnread);

        await UnreadAfter(Limit.Window, alice);
        foreach (var line in (string[])[.. list, "PONG", "INFO history_count 0", "OK queued 1", "ERROR UNKNOWN_MESSAGE no such message"])
        {
            await UnreadAfter(TimeSpan.Zero, alice);
            Assert.Equal(line, await alice.Line());
        }

        // The READ that was refused counts too, and at the end of the test nobody lets time go on.
        alice.Send("QUIT");
        await UnreadAfter(TimeSpan.Zero, alice);
        Assert.Equal("OK bye", await alice.Line());
    }

    [Fact]
    public async Task Every_message_of_a_history_counts()
    {
        const int Messages = 55;
        await using var server = Serve();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        alice.SendLines(Enumerable.Repeat("MSG bob hi", Messages));
        await alice.Lines(Messages);
        await alice.AskFor($"HISTORY bob {Messages}", Messages + 1);
        alice.Send("HISTORY nobody");
        await Waits(1);
        await UnreadAfter(TimeSpan.FromSeconds(10 + Messages - Limit.Lines), alice);
        Assert.StartsWith("ERROR UNKNOWN_TARGET ", await alice.Line(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_do_not_wait()
    {
        await using var server = Serve();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        alice.SendLines(["LIST", "LIST", "LIST", "MSG bob hi"]);
        await alice.Lines(4);
        await Waits(1);
        await bob.AskFor("LIST", 2);
        Assert.Equal("DELIVERED 1", await bob.Ask("MSG alice hi"));
        Assert.StartsWith("FROM 1 bob ", await alice.Line(), StringComparison.Ordinal);
        Assert.Empty(await bob.SoFar());
        await UnreadAfter(Limit.Window, alice);
    }

    [Fact]
    public async Task After_a_reset_what_goes_past_the_limit_is_dropped_with_all_that_stands_behind_it()
    {
        await using var server = Serve();
        await server.Register("bob");
        var progress = new FakeProgress();
        var alice = await server.LogInAs("alice", progress);
        alice.SendLines(["MSG bob before", "LIST", "LIST", "LIST", "MSG bob done all the same", "PING", "MSG bob dropped"]);
        Assert.Equal("OK queued 1", await alice.Line());
        await Waits(1);
        progress.IsPeerGone = true;
        alice.Vanish();
        _time.Advance(TimeSpan.FromSeconds(1));
        await Phase.Within(alice.Served, "alice's end");
        var pending = await server.TakePending("bob");
        Assert.Equal(["before", "done all the same"], pending.Select(static line => line.Split(' ', 5)[4]));
    }

    [Theory]
    [InlineData("PING", "PONG")]
    [InlineData("HELLO 1", "OK hello")]
    [InlineData("HELLO 9", "ERROR BAD_VERSION")]
    [InlineData("NONSENSE", "ERROR BAD_REQUEST")]
    [InlineData("AUTH alice a-password", "ERROR ALREADY_AUTHENTICATED")]
    [InlineData("MSG alice hi", "ERROR INVALID_TARGET")]
    [InlineData("HISTORY no!name", "ERROR INVALID_TARGET")]
    [InlineData("BLOCK bob", "OK blocked bob")]
    [InlineData("READ 77", "ERROR UNKNOWN_MESSAGE")]
    [InlineData("UNBLOCK bob", "OK unblocked bob")]
    public async Task Whoever_sends_short_commands_without_end_waits_too(string command, string reply)
    {
        await using var server = Serve();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        // The one that goes past the limit is answered, and what stands behind it waits.
        alice.SendLines([.. Enumerable.Repeat(command, Limit.Lines + 1), "MSG bob hi"]);
        for (var answered = 0; answered <= Limit.Lines; answered++)
            Assert.StartsWith(reply, await alice.Line(), StringComparison.Ordinal);
        await Waits(1);
        Assert.False(alice.HasUnread);
        await UnreadAfter(TimeSpan.FromSeconds(1), alice);
        Assert.Equal("OK queued 1", await alice.Line());
    }

    [Fact]
    public async Task What_is_read_for_the_first_time_does_not_count()
    {
        await using var server = Serve();
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        var messages = 3 * Limit.Lines;
        bob.SendLines(Enumerable.Repeat("MSG alice hi", messages));
        await bob.Lines(messages);
        await alice.Lines(messages);
        for (var id = 1; id <= messages; id++)
            Assert.Equal($"OK read {id}", await alice.Ask($"READ {id}"));
        Assert.Equal(0, _readings.Observe("internalchat.reading.delayed"));
    }

    [Fact]
    public async Task Whoever_says_much_and_does_not_log_in_is_shown_the_door()
    {
        await using var server = Serve();
        var stranger = server.Connect();
        stranger.SendLines([.. Enumerable.Repeat("HELLO 1", 500), .. Enumerable.Repeat("AUTH ! password", 501)]);
        var lines = await stranger.ReadToEnd();
        Assert.Equal(1_002, lines.Count);
        Assert.StartsWith("ERROR TIMEOUT ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_connection_does_not_renew_it()
    {
        await using var server = Serve();
        var alice = await server.LogInAs("alice");
        alice.SendLines(["LIST", "LIST"]);
        await alice.Lines(4);
        await alice.Quit();
        alice = await server.LogInAs("alice");
        alice.Send("LIST");
        await Waits(1);
        await UnreadAfter(Limit.Window, alice);
        Assert.Equal("INFO online: alice", await alice.Line());
    }

    [Fact]
    public async Task Whoever_waits_is_let_go_when_the_session_is_to_end()
    {
        await using var server = Serve();
        var alice = await server.LogInAs("alice");
        alice.SendLines(["LIST", "LIST", "LIST"]);
        await alice.Lines(4);
        await Waits(1);
        Assert.True(server.Engine.Sessions.Kick(UserName.Parse("alice")));
        Assert.StartsWith("INFO notice ", Assert.Single(await alice.ReadToEnd()), StringComparison.Ordinal);

        alice = await server.LogInAs("alice");
        alice.Send("PING");
        Assert.Equal("PONG", await alice.Line());
        await Waits(2);
        Assert.True(server.Engine.Sessions.Kick(UserName.Parse("alice")));
        Assert.StartsWith("INFO notice ", Assert.Single(await alice.ReadToEnd()), StringComparison.Ordinal);

        alice = await server.LogInAs("alice");
        alice.Send("LIST");
        await Waits(3);
        server.Engine.BeginShutdown();
        Assert.Equal(["INFO server_shutdown"], await alice.ReadToEnd());
    }

    [Fact]
    public async Task A_limit_that_is_lifted_meanwhile_lets_go_whoever_waits()
    {
        await using var server = Serve(Limit with { Window = TimeSpan.FromDays(1_000) });
        var alice = await server.LogInAs("alice");
        alice.SendLines(["LIST", "LIST", "LIST"]);
        await alice.Lines(4);
        await Waits(1);
        server.Engine.LiveOptions = server.Engine.LiveOptions with { ReadingLimit = null };
        var start = _time.GetTimestamp();
        await UnreadAfter(TimeSpan.FromSeconds(1), alice);
        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromDays(500));
    }

    [Fact]
    public void A_client_that_opens_all_its_conversations_at_its_login_does_not_feel_it()
    {
        const int Conversations = 50;
        var limit = new LiveOptions().ReadingLimit!;
        var debt = default(ReadingDebt);
        // 50,000 names of 20 bytes, of which 15,000 are online.
        debt.Add(10 + (10 * (84 + 25)), limit, _time);
        for (var i = 0; i < Conversations; i++)
        {
            Assert.Equal(TimeSpan.Zero, debt.Wait(limit, _time));
            debt.Add(10 + WireLimits.MaxHistory, limit, _time);
        }

        Assert.Equal(TimeSpan.Zero, debt.Wait(limit, _time));
    }

    [Fact]
    public void What_was_read_is_made_up_for_by_time_under_the_limit_that_is_in_force()
    {
        var limit = new ReadingLimit(100, TimeSpan.FromSeconds(100));
        var debt = default(ReadingDebt);
        Assert.False(debt.IsOwed(limit, _time));
        debt.Add(150, limit, _time);
        Assert.Equal(TimeSpan.FromSeconds(50), debt.Wait(limit, _time));
        Assert.Equal(TimeSpan.FromSeconds(1400), debt.Wait(new ReadingLimit(10, TimeSpan.FromSeconds(100)), _time));
        Assert.Equal(TimeSpan.Zero, debt.Wait(null, _time));
        Assert.False(debt.IsOwed(null, _time));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.Zero, debt.Wait(limit, _time));
        debt.Add(20, limit, _time);
        Assert.Equal(TimeSpan.FromSeconds(10), debt.Wait(limit, _time));
        _time.Advance(TimeSpan.FromSeconds(109));
        Assert.True(debt.IsOwed(limit, _time));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(debt.IsOwed(limit, _time));
    }

    private TestServer Serve(ReadingLimit? limit = null) => new(
        TestServer.Quiet with { Live = TestServer.QuietLive with { ReadingLimit = limit ?? Limit } }, _time, meter: _readings.Meter);

    /// <summary>So many commands have had to wait so far.</summary>
    private Task Waits(int commands) =>
        Phase.Until(() => _readings.Observe("internalchat.reading.delayed") == commands, "a command waits");

    /// <summary>Lets time go on until something has come: not before so much of it has passed.</summary>
    private async Task UnreadAfter(TimeSpan wait, TestClient client)
    {
        var start = _time.GetTimestamp();
        await Phase.Until(
            () =>
            {
                if (client.HasUnread)
                    return true;
                _time.Advance(TimeSpan.FromSeconds(1));
                return false;
            },
            "the answer to who waited");
        Assert.InRange(_time.GetElapsedTime(start), wait, TimeSpan.MaxValue);
    }
}
