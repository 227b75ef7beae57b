using InternalChat.Client.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.TestKit;

namespace InternalChat.Client.Tests.Client;

/// <summary><c>DELIVERED &lt;id&gt;</c> is an answer or a receipt; these hold which.</summary>
public sealed class DeliveredTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_message_is_delivered_queued_or_rejected()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;

        var delivered = client.SendAsync(Names.Bob, " a ", Cancel);
        var queued = client.SendAsync(Names.Bob, "b", Cancel);
        var rejected = client.SendAsync(Names.Bob, "c", Cancel);
        await peer.ExpectAsync("MSG bob  a ", "PING", "MSG bob b", "PING", "MSG bob c", "PING");
        await peer.SendAsync("DELIVERED 10", "PONG", "OK queued 11", "PONG", "ERROR RATE_LIMIT slow down", "PONG");

        Assert.Equal(new SendResult(SendStatus.Delivered, 10, null, ""), await delivered);
        Assert.Equal(new SendResult(SendStatus.Queued, 11, null, ""), await queued);
        Assert.Equal(new SendResult(SendStatus.Rejected, 0, ErrorCode.RateLimit, "slow down"), await rejected);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_receipt_of_an_earlier_message_is_no_answer_to_a_later_one()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var first = client.SendAsync(Names.Bob, "a", Cancel);
        await peer.ExpectAsync("MSG bob a", "PING");
        await peer.SendAsync("OK queued 10", "PONG");
        Assert.Equal(SendStatus.Queued, (await first).Status);
        var second = client.SendAsync(Names.Bob, "b", Cancel);
        var third = client.SendAsync(Names.Bob, "c", Cancel);
        await peer.ExpectAsync("MSG bob b", "MSG bob c");
        await peer.SendAsync("DELIVERED 10", "DELIVERED 11", "DELIVERED 9", "DELIVERED 12");

        Assert.Equal(11, (await second).MessageId);
        Assert.Equal(12, (await third).MessageId);
        Assert.Equal(new MessageDelivered(10), await events.NextAsync());
        Assert.Equal(new MessageDelivered(9), await events.NextAsync());
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("DELIVERED 3,DELIVERED 10,PONG", SendStatus.Delivered)]
    [InlineData("DELIVERED 10,DELIVERED 3,PONG", SendStatus.Delivered)]
    [InlineData("DELIVERED 3,OK queued 10,PONG", SendStatus.Queued)]
    [InlineData("DELIVERED 3,ERROR BLOCKED no,PONG", SendStatus.Rejected)]
    public async Task The_receipt_of_a_message_of_an_earlier_connection_is_no_answer_to_the_first_one(string replies, SendStatus status)
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var sending = client.SendAsync(Names.Bob, "a", Cancel);
        await peer.ExpectAsync("MSG bob a", "PING");
        await peer.SendAsync(replies.Split(','));

        var result = await sending;
        Assert.Equal(status, result.Status);
        Assert.Equal(status == SendStatus.Rejected ? 0 : 10, result.MessageId);
        Assert.Equal(new MessageDelivered(3), await events.NextAsync());
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_receipt_while_no_message_waits_is_a_receipt()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("PING");
        await peer.SendAsync("DELIVERED 5", "PONG");

        await ping;
        Assert.Equal(new MessageDelivered(5), await events.NextAsync());
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_new_account_needs_no_fence()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.ConnectAsync();
        await using var _ = client;
        var login = client.AuthenticateAsync(Names.Alice, "password1", Cancel);
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK registered");
        await login;

        var sending = client.SendAsync(Names.Bob, "a", Cancel);
        var ping = client.HelloAsync(Cancel);
        await peer.ExpectAsync("MSG bob a", "HELLO 1");
        await peer.SendAsync("DELIVERED 1", "OK hello");

        Assert.Equal(1, (await sending).MessageId);
        await ping;
    }
}
