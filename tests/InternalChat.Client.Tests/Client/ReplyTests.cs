using InternalChat.Client.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.TestKit;

namespace InternalChat.Client.Tests.Client;

public sealed class ReplyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task Each_command_gets_its_answer()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;

        var hello = client.HelloAsync(Cancel);
        var history = client.GetHistoryAsync(Names.Bob, 2, Cancel);
        var list = client.ListAsync(Cancel);
        var read = client.MarkReadAsync(7, Cancel);
        var block = client.BlockAsync(Names.Bob, Cancel);
        var unblock = client.UnblockAsync(Names.Bob, Cancel);
        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("HELLO 1", "HISTORY bob 2", "LIST", "PING", "READ 7", "BLOCK bob", "UNBLOCK bob", "PING");
        await peer.SendAsync(
            "OK hello",
            "INFO history_count 2", "INFO history 3 bob 1700000000  two  spaces ", "INFO history 4 alice 1700000001 hi",
            "INFO online: alice", "INFO known: alice, bob", "INFO known: carol", "PONG",
            "OK read 7", "OK blocked bob", "OK unblocked bob", "PONG");

        await hello;
        Assert.Equal(
            [
                new ChatMessage(3, Names.Bob, DateTimeOffset.FromUnixTimeSeconds(1700000000), " two  spaces "),
                new ChatMessage(4, Names.Alice, DateTimeOffset.FromUnixTimeSeconds(1700000001), "hi"),
            ],
            await history);
        var users = await list;
        Assert.Equal([Names.Alice], users.Online);
        Assert.Equal([Names.Alice, Names.Bob, Names.Carol], users.Known);
        await Task.WhenAll(read, block, unblock, ping);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task Answers_come_in_the_order_of_pipelined_commands_with_pushes_between_them()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var history = client.GetHistoryAsync(Names.Bob, 20, Cancel);
        var unknown = client.BlockAsync(Names.Carol, Cancel);
        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("HISTORY bob 20", "BLOCK carol", "PING");
        await peer.SendAsync(
            "INFO history_count 1", "INFO user_online carol", "INFO history 3 bob 1700000000 x",
            "FROM 9 bob 1700000000 hi", "ERROR UNKNOWN_TARGET no such user", "READ 2 bob", "PONG",
            "INFO notice be kind", "INFO user_offline carol",
            "INFO server_shutdown", "NEWS of version 2");

        Assert.Single(await history);
        var rejected = await Assert.ThrowsAsync<CommandRejectedException>(() => unknown);
        Assert.Equal(ErrorCode.UnknownTarget, rejected.Code);
        await ping;
        Assert.Equal(new UserCameOnline(Names.Carol), await events.NextAsync());
        Assert.Equal("hi", (await events.NextAsync<MessageReceived>()).Message.Body);
        Assert.Equal(new MessageRead(2, Names.Bob), await events.NextAsync());
        Assert.Equal(new NoticeReceived("be kind"), await events.NextAsync());
        Assert.Equal(new UserWentOffline(Names.Carol), await events.NextAsync());
        Assert.Equal(new ServerShuttingDown(), await events.NextAsync());
        Assert.Equal(new UnknownFrameReceived("NEWS of version 2"), await events.NextAsync());
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_raw_command_returns_the_lines_of_its_answer()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;

        var nonsense = client.ExecuteRawAsync("FROBNICATE", Cancel);
        var list = client.ExecuteRawAsync("list", Cancel);
        var history = client.ExecuteRawAsync("HISTORY bob 5", Cancel);
        var message = client.ExecuteRawAsync("MSG bob hi", Cancel);
        await peer.ExpectAsync("FROBNICATE", "list", "PING", "HISTORY bob 5", "MSG bob hi", "PING");
        await peer.SendAsync(
            "ERROR BAD_REQUEST unknown command", "INFO online: alice", "INFO known: alice", "PONG",
            "INFO history_count 1", "INFO history 1 bob 1 x", "DELIVERED 12", "PONG");

        Assert.Equal(["ERROR BAD_REQUEST unknown command"], await nonsense);
        Assert.Equal(["INFO online: alice", "INFO known: alice"], await list);
        Assert.Equal(["INFO history_count 1", "INFO history 1 bob 1 x"], await history);
        Assert.Equal(["DELIVERED 12"], await message);
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("HISTORY bob 20", "INFO history_count 3", "INFO history 3 bob 1700000000 x")]
    [InlineData("LIST", "INFO online: alice", "INFO known: alice, bob")]
    [InlineData("LIST", "INFO online: alice")]
    public async Task An_answer_that_an_error_ends_is_a_refusal_and_the_connection_goes_on(string command, params string[] begun)
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        string[] answer = [.. begun, "ERROR STORAGE not stored, try again"];
        var isFenced = command == "LIST";
        string[] sent = isFenced ? [command, "PING"] : [command];
        string[] answered = isFenced ? [.. answer, "PONG"] : answer;

        Task asked = isFenced ? client.ListAsync(Cancel) : client.GetHistoryAsync(Names.Bob, 20, Cancel);
        await peer.ExpectAsync(sent);
        await peer.SendAsync(answered);
        Assert.Equal(ErrorCode.Storage, (await Assert.ThrowsAsync<CommandRejectedException>(() => asked)).Code);

        var raw = client.ExecuteRawAsync(command, Cancel);
        await peer.ExpectAsync(sent);
        await peer.SendAsync(answered);
        Assert.Equal(answer, await raw);

        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("PING");
        await peer.SendAsync("PONG");
        await ping;
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_cancelled_command_leaves_the_answers_of_the_others_where_they_belong()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        using var impatience = new CancellationTokenSource();

        var given_up = client.BlockAsync(Names.Bob, impatience.Token);
        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("BLOCK bob", "PING");
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given_up);
        await peer.SendAsync("ERROR UNKNOWN_TARGET no such user", "PONG");

        await ping;
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("OK registered", AuthenticationOutcome.Registered)]
    [InlineData("OK authenticated", AuthenticationOutcome.Authenticated)]
    public async Task Logging_in_tells_whether_the_account_is_new(string reply, AuthenticationOutcome outcome)
    {
        using var server = new FakeServer();
        var (client, peer) = await server.ConnectAsync();
        await using var _ = client;

        var login = client.AuthenticateAsync(Names.Alice, "password1", Cancel);
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync(reply);

        Assert.Equal(outcome, await login);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task More_commands_than_may_be_in_flight_are_all_answered()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;

        var pings = Enumerable.Range(0, 5_000).Select(_ => client.PingAsync(Cancel)).ToList();
        for (var i = 0; i < pings.Count; i++)
        {
            await peer.ExpectAsync("PING");
            await peer.SendAsync("PONG");
        }

        await Task.WhenAll(pings);
    }

    [Fact]
    public async Task What_would_break_the_framing_is_refused_before_it_is_sent()
    {
        using var server = new FakeServer();
        var (client, _) = await server.ConnectAsync();
        await using var __ = client;

        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(Names.Bob, "a\nQUIT", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(Names.Bob, "a\0b", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(Names.Bob, "", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(Names.Bob, new string('x', 20_000), Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => client.AuthenticateAsync(Names.Bob, "pass word", Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ExecuteRawAsync(new string('x', 20_000), Cancel));
    }
}
