using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Order;

/// <summary>"Messages between one sender and one recipient arrive in the order they were sent", and ids increase.</summary>
public sealed class MessageOrderTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Messages_of_many_senders_arrive_each_once_and_in_the_order_of_each()
    {
        const int senders = 6;
        const int messages = 300;
        var recipient = await NewUserAsync("recipient");
        var clients = new List<RawClient>();
        for (var sender = 0; sender < senders; sender++)
            clients.Add(await NewUserAsync("sender"));
        var sending = Task.WhenAll(clients.Select(client => SendAsync(client, recipient.Name, messages)));

        // The client itself holds the ids against "strictly increasing".
        var next = clients.ToDictionary(client => client.Name, _ => 0);
        for (var arrived = 0; arrived < senders * messages; arrived++)
        {
            var from = await recipient.ReadPushAsync("FROM ");
            Assert.Equal($"{next[ServerFrame.SenderOf(from)]++}", ServerFrame.BodyOf(from));
        }

        await sending;
        await recipient.ExpectNoPushAsync("FROM ", clients[0]);
    }

    [Fact]
    public async Task A_recipient_who_logs_in_during_a_stream_gets_all_of_it_once_in_order_and_no_DELIVERED_before_OK_queued()
    {
        const int rounds = 40;
        const int messages = 120;
        var sender = await NewUserAsync("sender");
        var name = await OfflineUserAsync("recipient");
        for (var round = 0; round < rounds; round++)
        {
            var sending = sender.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG {name} {number}"));
            for (var number = 0; number < round * messages / rounds; number++)
                await sender.ReadReplyAsync("waiting for an acknowledgement before the login");
            var recipient = await LoginAsync(name);
            for (var number = 0; number < messages; number++)
                Assert.Equal($"{number}", ServerFrame.BodyOf(await recipient.ReadFromAsync(sender.Name)));
            for (var number = round * messages / rounds; number < messages; number++)
                await sender.ReadReplyAsync("waiting for an acknowledgement after the login");
            await sending;
            await recipient.LeaveAsync();
        }

        await sender.ExpectAliveAsync();
    }

    [Fact]
    public async Task A_recipient_who_comes_and_goes_during_a_stream_gets_all_of_it_once_in_order()
    {
        const int messages = 3_000;
        const int perVisit = 100;
        var sender = await NewUserAsync("sender");
        var name = await OfflineUserAsync("recipient");
        var sending = SendAsync(sender, name, messages);
        var next = 0;
        while (next < messages)
        {
            var recipient = await LoginAsync(name);
            for (var read = 0; read < perVisit && next < messages; read++)
                Assert.Equal($"{next++}", ServerFrame.BodyOf(await recipient.ReadFromAsync(sender.Name)));

            // QUIT is an orderly end: what came before OK bye was received, what did not come is still pending.
            await recipient.ExpectAsync("QUIT", "OK bye");
            while (recipient.TakeArrivedPush("FROM ") is { } from)
                Assert.Equal($"{next++}", ServerFrame.BodyOf(from));
            await recipient.ExpectClosedAsync();
            Assert.Null(recipient.TakeArrivedPush("FROM "));
        }

        await sending;
        var last = await LoginAsync(name);
        await last.ExpectNoPushAsync("FROM ", await NewUserAsync("witness"));
    }

    [Fact]
    public async Task DELIVERED_comes_once_for_each_message_and_after_its_OK_queued()
    {
        const int messages = 500;
        var name = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG {name} {number}"));
        var ids = new List<long>();
        for (var number = 0; number < messages; number++)
            ids.Add(ServerFrame.IdOf(await sender.ReadReplyAsync("waiting for OK queued")));
        var recipient = await LoginAsync(name);
        foreach (var id in ids)
            Assert.Equal(id, ServerFrame.IdOf(await recipient.ReadFromAsync(sender.Name)));
        var delivered = new List<long>();
        while (delivered.Count < messages)
            delivered.Add(ServerFrame.IdOf(await sender.ReadPushAsync("DELIVERED ")));
        Assert.Equal(ids, delivered.Order());
        await sender.ExpectNoPushAsync("DELIVERED ", recipient);
    }

    private static async Task SendAsync(RawClient client, string recipient, int messages)
    {
        var sending = client.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG {recipient} {number}"));
        for (var number = 0; number < messages; number++)
            await client.ReadReplyAsync("waiting for an acknowledgement");
        await sending;
    }
}
