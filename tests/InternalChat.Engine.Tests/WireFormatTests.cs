using InternalChat.Engine.Administration;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>A session speaks the format that it has chosen, whatever the others speak.</summary>
public sealed class WireFormatTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);
    private readonly FakeTimeProvider _time = new();
    private readonly MarkedWire _tilde = new('~');
    private readonly MarkedWire _caret = new('^');

    [Fact]
    public async Task Replies_are_in_the_format_of_the_session()
    {
        await using var server = Serve();
        await server.Register("bob");
        var alice = await Choose(server, '~');
        Assert.StartsWith("~ERROR NOT_AUTHENTICATED ", await alice.Ask("~PING"), StringComparison.Ordinal);
        Assert.StartsWith("~ERROR WEAK_PASSWORD ", await alice.Ask("~AUTH alice short"), StringComparison.Ordinal);
        Assert.StartsWith("~ERROR AUTH_FAILED ", await alice.Ask("~AUTH bob wrong-password"), StringComparison.Ordinal);
        Assert.Equal("~OK registered", await alice.Ask("~AUTH alice password"));
        Assert.Equal("~PONG", await alice.Ask("~PING"));
        Assert.StartsWith("~ERROR BAD_REQUEST ", await alice.Ask("PING"), StringComparison.Ordinal);
        Assert.StartsWith("~ERROR INVALID_TARGET ", await alice.Ask("~MSG alice hi"), StringComparison.Ordinal);
        Assert.StartsWith("~ERROR UNKNOWN_TARGET ", await alice.Ask("~MSG nobody hi"), StringComparison.Ordinal);
        Assert.Equal("~OK queued 1", await alice.Ask("~MSG bob hi"));
        Assert.StartsWith("~ERROR UNKNOWN_MESSAGE ", await alice.Ask("~READ 9"), StringComparison.Ordinal);
        Assert.Equal("~OK blocked bob", await alice.Ask("~BLOCK bob"));
        Assert.StartsWith("~ERROR UNKNOWN_TARGET ", await alice.Ask("~BLOCK nobody"), StringComparison.Ordinal);
        Assert.Equal("~OK unblocked bob", await alice.Ask("~UNBLOCK bob"));
        Assert.StartsWith("~ERROR UNKNOWN_TARGET ", await alice.Ask("~HISTORY nobody"), StringComparison.Ordinal);
        var history = await alice.AskFor("~HISTORY bob", 2);
        Assert.Equal("~INFO history_count 1", history[0]);
        Assert.StartsWith("~INFO history 1 alice ", history[1], StringComparison.Ordinal);
        Assert.Equal(["INFO online: alice", "INFO known: alice, bob"], await alice.AskFor("~LIST", 2));
        Assert.Equal(2, _tilde.NameLists);
        alice.Send("~QUIT");
        Assert.Equal(["~OK bye"], await alice.ReadToEnd());
    }

    [Fact]
    public async Task What_is_pushed_is_in_the_format_of_each_session_that_gets_it()
    {
        await using var server = Serve();
        await server.Register("alice");
        var bob = await server.LogInAs("bob");
        Assert.Equal("OK queued 1", await bob.Ask("MSG alice while you were away"));
        var alice = await Choose(server, '~');
        alice.Send("~AUTH alice password");
        await alice.Expect("~OK authenticated");
        Assert.Matches("^~FROM 1 bob [0-9]+ while you were away$", await alice.Line());
        await bob.Expect("DELIVERED 1");

        Assert.Equal("DELIVERED 2", await bob.Ask("MSG alice hi"));
        Assert.Matches("^~FROM 2 bob [0-9]+ hi$", await alice.Line());
        Assert.Equal("~OK read 2", await alice.Ask("~READ 2"));
        await bob.Expect("READ 2 alice");

        Assert.Equal("~DELIVERED 3", await alice.Ask("~MSG bob hi"));
        Assert.Matches("^FROM 3 alice [0-9]+ hi$", await bob.Line());
        Assert.Equal("OK read 3", await bob.Ask("READ 3"));
        await alice.Expect("~READ 3 bob");

        await bob.Quit();
        Assert.Equal("~OK queued 4", await alice.Ask("~MSG bob later"));
        bob = await server.LogInAs("bob");
        Assert.StartsWith("FROM 4 ", await bob.Line(), StringComparison.Ordinal);
        await alice.Expect("~DELIVERED 4");

        Assert.True(NoticeText.TryParse("back at 12", out var notice));
        Assert.Equal(2, server.Engine.Sessions.Notify(notice));
        await alice.Expect("~INFO notice back at 12");
        await bob.Expect("INFO notice back at 12");
    }

    [Fact]
    public async Task The_last_line_is_in_the_format_of_the_session()
    {
        await using var server = Serve();
        var kicked = await LogIn(server, '~', "alice");
        var closed = await LogIn(server, '~', "bob");
        var stopped = await LogIn(server, '~', "carol");
        var tooLong = await Choose(server, '~');
        tooLong.Send("~" + new string('x', WireLimits.MaxClientLineBytes));
        Assert.StartsWith("~ERROR BAD_REQUEST ", Assert.Single(await tooLong.ReadToEnd()), StringComparison.Ordinal);
        Assert.True(server.Engine.Sessions.Kick(UserName.Parse("alice")));
        Assert.StartsWith("~INFO notice ", Assert.Single(await kicked.ReadToEnd()), StringComparison.Ordinal);
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.SuspendAsync(UserName.Parse("bob")));
        Assert.StartsWith("~ERROR SUSPENDED ", Assert.Single(await closed.ReadToEnd()), StringComparison.Ordinal);
        server.Engine.BeginShutdown();
        Assert.Equal(["~INFO server_shutdown"], await stopped.ReadToEnd());
    }

    [Fact]
    public async Task HELLO_of_a_version_that_the_server_does_not_speak_changes_nothing()
    {
        await using var server = Serve();
        var alice = server.Connect();
        Assert.StartsWith("ERROR BAD_VERSION ", await alice.Ask("HELLO 2"), StringComparison.Ordinal);
        Assert.Equal("OK hello", await alice.Ask("HELLO 1"));
        Assert.Equal("~OK hello", await alice.Ask("HELLO ~"));
        Assert.StartsWith("~ERROR BAD_VERSION ", await alice.Ask("~HELLO 2"), StringComparison.Ordinal);
        Assert.Equal("~OK registered", await alice.Ask("~AUTH alice password"));
    }

    [Fact]
    public async Task After_AUTH_the_format_stays()
    {
        await using var server = Serve();
        var alice = await LogIn(server, '~', "alice");
        Assert.StartsWith("~ERROR BAD_VERSION ", await alice.Ask("~HELLO 1"), StringComparison.Ordinal);
        Assert.StartsWith("~ERROR BAD_VERSION ", await alice.Ask("~HELLO ^"), StringComparison.Ordinal);
        Assert.Equal("~OK hello", await alice.Ask("~HELLO ~"));
        Assert.Equal("~PONG", await alice.Ask("~PING"));
    }

    [Theory]
    [InlineData(PresenceMode.All)]
    [InlineData(PresenceMode.Contacts)]
    public async Task Presence_is_encoded_once_for_each_format_that_somebody_listens_in(PresenceMode mode)
    {
        await using var server = Serve(mode);
        var visitor = await server.LogInAs("visitor");
        (char Mark, TestClient Client)[] listeners =
        [
            ('~', await LogIn(server, '~', "tilde1")), ('~', await LogIn(server, '~', "tilde2")), ('~', await LogIn(server, '~', "tilde3")),
            ('^', await LogIn(server, '^', "caret1")), ('^', await LogIn(server, '^', "caret2")),
        ];
        foreach (var (mark, listener) in listeners)
        {
            // They become contacts.
            Assert.StartsWith($"{mark}DELIVERED ", await listener.Ask($"{mark}MSG visitor hi"), StringComparison.Ordinal);
            var name = (await visitor.Line()).Split(' ')[2];
            Assert.StartsWith("DELIVERED ", await visitor.Ask($"MSG {name} hi"), StringComparison.Ordinal);
            await listener.Line();
        }

        await NextRound(() => visitor.HasUnread);
        await visitor.LinesUntil(static line => line == "INFO user_online caret2", "the last who came");
        foreach (var (mark, listener) in listeners)
            await SoFar(listener, mark);
        var (tilde, caret) = (_tilde.PresenceLines, _caret.PresenceLines);
        await visitor.Quit();
        await NextRound(() => listeners.All(static listener => listener.Client.HasUnread));
        foreach (var (mark, listener) in listeners)
            Assert.Equal([$"{mark}INFO user_offline visitor"], await SoFar(listener, mark));
        Assert.Equal((1, 1), (_tilde.PresenceLines - tilde, _caret.PresenceLines - caret));
    }

    [Fact]
    public async Task Presence_is_not_encoded_in_a_format_that_nobody_listens_in()
    {
        await using var server = Serve(PresenceMode.All);
        var listener = await LogIn(server, '~', "alice");
        await server.LogInAs("bob");
        await NextRound(() => listener.HasUnread);
        Assert.Equal(["~INFO user_online bob"], await SoFar(listener, '~'));
        Assert.Equal(0, _caret.PresenceLines);
    }

    private static async Task<TestClient> Choose(TestServer server, char mark)
    {
        var client = server.Connect();
        Assert.Equal($"{mark}OK hello", await client.Ask($"HELLO {mark}"));
        return client;
    }

    private static async Task<TestClient> LogIn(TestServer server, char mark, string name)
    {
        var client = await Choose(server, mark);
        Assert.Equal($"{mark}OK registered", await client.Ask($"{mark}AUTH {name} password"));
        return client;
    }

    private static async Task<List<string>> SoFar(TestClient client, char mark)
    {
        client.Send($"{mark}PING");
        var lines = await client.LinesUntil(line => line == $"{mark}PONG", "PONG");
        lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    /// <summary>A window ends; a round of before may still be on its way, and the next begins after it.</summary>
    private Task NextRound(Func<bool> isTold) => Phase.Until(
        () =>
        {
            _time.Advance(Window);
            return isTold();
        },
        "the news");

    private TestServer Serve(PresenceMode mode = PresenceMode.Off) => new(
        TestServer.Quiet with
        {
            Live = TestServer.QuietLive with { Presence = mode },
            PresenceWindow = Window,
            Formats = [WireFormat.Version1, _tilde, _caret],
        },
        _time);
}
