using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Semantics;

/// <summary>"A message to an offline user is kept and delivered at its next AUTH, in id order, before anything newer."</summary>
public sealed class OfflineDeliveryTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Old_messages_come_before_anything_newer_while_others_go_on_sending()
    {
        const int old = 500;
        const int newer = 500;
        var name = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        for (var number = 0; number < old; number++)
            await sender.SendAsync($"MSG {name} {number}");
        for (var number = 0; number < old; number++)
            await sender.ReadReplyAsync("waiting for OK queued");

        var sending = sender.SendAsync(Enumerable.Range(old, newer).Select(number => $"MSG {name} {number}"));
        var recipient = await LoginAsync(name);
        for (var number = 0; number < old + newer; number++)
            Assert.Equal($"{number}", ServerFrame.BodyOf(await recipient.ReadFromAsync(sender.Name)));
        await sending;
    }

    [Fact]
    public async Task A_mailbox_of_thousands_comes_complete_and_in_order()
    {
        const int messages = 5_000;
        var name = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        var padding = new string('p', 300);
        var sending = sender.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG {name} {number} {padding}"));
        for (var number = 0; number < messages; number++)
            await sender.ReadReplyAsync("waiting for OK queued");
        await sending;
        var recipient = await LoginAsync(name);
        for (var number = 0; number < messages; number++)
            Assert.Equal($"{number} {padding}", ServerFrame.BodyOf(await recipient.ReadPushAsync("FROM ")));
        await recipient.ExpectAliveAsync();
    }

    [Fact]
    public Task After_an_orderly_end_nothing_comes_twice() =>
        NothingComesTwiceAfterAsync(static async recipient => await recipient.LeaveAsync());

    [Fact]
    public Task After_a_close_nothing_comes_twice() =>
        NothingComesTwiceAfterAsync(static async recipient => await recipient.DisposeAsync());

    [Theory]
    [InlineData("QUIT")]
    [InlineData("PING")]
    public Task What_was_read_does_not_come_twice_where_the_answer_to_the_last_command_is_not_waited_for(string command) =>
        NothingComesTwiceAfterAsync(async recipient =>
        {
            await recipient.SendAsync(command);
            await recipient.DisposeAsync();
        });

    [Fact]
    public async Task Nothing_comes_twice_after_an_orderly_restart_of_the_server()
    {
        var server = await StartServerAsync();
        var (sender, recipient) = (await LoginAsync(server, "sender"), await LoginAsync(server, "recipient"));
        await sender.TellAsync("recipient", "before the restart");
        await recipient.ReadFromAsync("sender");
        Assert.Equal(0, await server.TerminateAsync());

        var restarted = await StartAgainAsync(server);
        var again = await LoginAsync(restarted, "recipient");
        await again.ExpectNoPushAsync("FROM ", await LoginAsync(restarted, "witness"));
        Assert.Single(await again.HistoryAsync("sender"));
    }

    [Fact]
    public async Task What_was_queued_blocked_and_registered_survives_a_restart_and_ids_go_on()
    {
        var server = await StartServerAsync();
        await (await LoginAsync(server, "recipient")).LeaveAsync();
        var (sender, enemy) = (await LoginAsync(server, "sender"), await LoginAsync(server, "enemy"));
        await sender.ExpectAsync("BLOCK enemy", "OK blocked enemy");
        var id = await sender.QueueAsync("recipient", "survives");
        Assert.Equal(0, await server.TerminateAsync());

        var restarted = await StartAgainAsync(server);
        var again = await LoginAsync(restarted, "sender");
        again.LastEarlierId = id;
        var stranger = await ConnectAsync(restarted);
        await stranger.ExpectErrorAsync("AUTH recipient not-the-password", "AUTH_FAILED");
        var recipient = await LoginAsync(restarted, "recipient");
        Assert.Equal(id, ServerFrame.IdOf(await recipient.ReadFromAsync("sender")));
        await again.ExpectPushAsync($"DELIVERED {id}");
        await (await LoginAsync(restarted, "enemy")).ExpectErrorAsync("MSG sender hello", "BLOCKED");
        Assert.True(await again.TellAsync("recipient", "newer") > id, "Ids did not go on after the restart.");
        Assert.NotNull(enemy);
    }

    [Fact]
    public async Task A_message_queued_in_an_earlier_connection_is_reported_DELIVERED_in_the_next()
    {
        var name = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        var id = await sender.QueueAsync(name, "before I left");
        await sender.LeaveAsync();
        var again = await LoginAsync(sender.Name);
        again.LastEarlierId = id;
        await (await LoginAsync(name)).ReadFromAsync(sender.Name);
        await again.ExpectPushAsync($"DELIVERED {id}");
    }

    private async Task NothingComesTwiceAfterAsync(Func<RawClient, Task> leave)
    {
        var name = await OfflineUserAsync("recipient");
        var (sender, observer) = (await NewUserAsync("sender"), await NewUserAsync("observer"));
        for (var round = 0; round < 20; round++)
        {
            await sender.QueueAsync(name, $"queued {round}");
            var recipient = await LoginAsync(name);
            Assert.Equal($"queued {round}", ServerFrame.BodyOf(await recipient.ReadPushAsync("FROM ")));
            await observer.ExpectPushAsync($"INFO user_online {name}");
            await sender.TellAsync(name, $"live {round}");
            Assert.Equal($"live {round}", ServerFrame.BodyOf(await recipient.ReadPushAsync("FROM ")));
            await leave(recipient);
            await observer.ExpectPushAsync($"INFO user_offline {name}");
        }
    }
}
