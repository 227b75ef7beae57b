using System.Text;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary><c>PING</c> and <c>QUIT</c></summary>
public sealed class PingAndQuitTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task PING_is_answered_by_PONG()
    {
        var client = await NewUserAsync("alice");
        await client.ExpectAsync("PING", "PONG");
    }

    [Fact]
    public async Task QUIT_is_answered_and_the_server_closes()
    {
        var client = await NewUserAsync("alice");
        await client.ExpectAsync("QUIT", "OK bye");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task QUIT_works_before_AUTH()
    {
        var client = await ConnectAsync();
        await client.ExpectAsync("QUIT", "OK bye");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task QUIT_is_answered_after_all_earlier_replies()
    {
        const int messages = 500;
        var recipient = await OfflineUserAsync("recipient");
        var client = await NewUserAsync("alice");
        await client.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG {recipient} {number}").Append("QUIT"));
        for (var number = 0; number < messages; number++)
            Assert.True(ServerFrame.IsQueued(await client.ReadReplyAsync("waiting for OK queued")));
        await client.ExpectAsync("OK bye");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task Nothing_after_QUIT_is_obeyed()
    {
        var recipient = await OfflineUserAsync("recipient");
        var client = await NewUserAsync("alice");
        await client.SendAsync("QUIT", $"MSG {recipient} too late", "PING");
        await client.ExpectAsync("OK bye");
        await client.ExpectClosedAsync();
        var reader = await LoginAsync(recipient);
        Assert.Empty(await reader.HistoryAsync(client.Name));
    }

    [Fact]
    public async Task The_name_is_free_as_soon_as_the_connection_that_quit_is_closed()
    {
        var name = await OfflineUserAsync("alice");
        for (var round = 0; round < 50; round++)
        {
            var client = await LoginAsync(name);
            await client.LeaveAsync();
        }
    }

    [Fact]
    public async Task A_client_that_shuts_down_its_sending_side_still_gets_every_reply()
    {
        const int messages = 1_000;
        var recipient = await OfflineUserAsync("recipient");
        var client = await NewUserAsync("alice");
        await client.SendAsync(Enumerable.Range(0, messages).SelectMany(number => new[] { $"MSG {recipient} {number}", "PING" })
            .Append($"HISTORY {recipient} 200"));
        client.ShutdownSend();
        for (var number = 0; number < messages; number++)
        {
            Assert.True(ServerFrame.IsQueued(await client.ReadReplyAsync("waiting for OK queued")));
            await client.ExpectAsync("PONG");
        }

        await client.ExpectAsync("INFO history_count 200");
        for (var line = 0; line < 200; line++)
            Assert.StartsWith("INFO history ", await client.ReadReplyAsync("waiting for the history"), StringComparison.Ordinal);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_stranger_that_shuts_down_its_sending_side_gets_its_replies_too()
    {
        var client = await ConnectAsync();
        await client.SendRawAsync(Encoding.ASCII.GetBytes("HELLO 1\nPING\nQUIT"));
        client.ShutdownSend();
        await client.ExpectAsync("OK hello");
        await client.ExpectErrorAsync("NOT_AUTHENTICATED");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_client_that_sends_nothing_and_shuts_down_is_closed_without_a_word()
    {
        var client = await ConnectAsync();
        client.ShutdownSend();
        await client.ExpectClosedAsync();
    }
}
