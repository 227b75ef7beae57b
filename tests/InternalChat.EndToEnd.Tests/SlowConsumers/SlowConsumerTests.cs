using System.Globalization;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.SlowConsumers;

/// <summary>"A recipient that reads slowly does not slow others down, does not make the server's memory grow, and loses nothing."</summary>
public sealed class SlowConsumerTests(ITestOutputHelper output) : EndToEndTest
{
    private const long MostGrowth = 64L << 20;

    // Fixed, so that the kernel does not take megabytes on behalf of a client that reads nothing. Far smaller ones make the
    // sender's kernel wait for its persist timer, which has nothing to do with the server.
    private static readonly RawClientOptions FixedBuffer = new() { ReceiveBufferBytes = 65_536 };

    // So long that the messages of a test are more than the server may grow by, and far more than the kernel's buffers take.
    private readonly string _padding = new('p', 4_000);

    /// <summary>How many messages the slow get in all; the long form is 100,000.</summary>
    private static int Messages =>
        int.Parse(Environment.GetEnvironmentVariable("SLOW_MESSAGES") ?? "20000", CultureInfo.InvariantCulture);

    [Fact]
    public Task A_recipient_that_does_not_read_costs_nobody_anything_and_loses_nothing() => ExpectHarmlessAsync(1, Messages);

    [Fact]
    public Task Two_hundred_recipients_that_do_not_read_cost_nobody_anything_and_lose_nothing() => ExpectHarmlessAsync(200, Messages);

    [Fact]
    public async Task A_recipient_that_stops_reading_and_leaves_gets_the_rest_at_its_next_login()
    {
        const int messages = 5_000;
        var server = await StartServerAsync();
        var (sender, observer) = (await LoginAsync(server, "sender"), await LoginAsync(server, "observer"));
        var slow = await LoginAsync(server, "slow", FixedBuffer);
        await SendAsync(sender, messages, _ => "slow");
        var next = 0;
        for (; next < 100; next++)
            Assert.Equal(Body(next), ServerFrame.BodyOf(await slow.ReadPushAsync("FROM ")));
        await observer.ExpectPushAsync("INFO user_online slow");
        slow.Reset();
        await observer.ExpectPushAsync("INFO user_offline slow");

        // The connection broke, so it may begin again with what was read already, but may not leave a gap.
        var again = await LoginAsync(server, "slow");
        var first = NumberOf(await again.ReadPushAsync("FROM "));
        Assert.InRange(first, 0, next);
        for (var number = first + 1; number < messages; number++)
            Assert.Equal(number, NumberOf(await again.ReadPushAsync("FROM ")));
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_replies_is_not_read_any_more_and_loses_none()
    {
        const int commands = 10_000;
        var server = await StartServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice", FixedBuffer), await LoginAsync(server, "bob"));
        for (var number = 0; number < 200; number++)
            await bob.TellAsync("alice", Body(number));
        for (var number = 0; number < 200; number++)
            await alice.ReadFromAsync("bob");
        await using var memory = new ResidentMemory(server);
        var sending = alice.SendAsync(Enumerable.Repeat("HISTORY bob 200", commands / 200));
        await bob.ExpectAliveAsync();
        for (var reply = 0; reply < commands / 200; reply++)
        {
            await alice.ExpectAsync("INFO history_count 200");
            for (var line = 0; line < 200; line++)
                Assert.Equal(Body(line), ServerFrame.BodyOf(await alice.ReadReplyAsync("waiting for the history")));
        }

        await sending;
        Assert.True(memory.Growth < MostGrowth, $"The server grew: {memory}");
    }

    private async Task ExpectHarmlessAsync(int consumers, int messages)
    {
        var server = await StartServerAsync("--max-connections-per-address", "1000");
        var conversation = new Conversation(await LoginAsync(server, "asking"), await LoginAsync(server, "answering"));
        var sender = await LoginAsync(server, "sender");
        await WarmUpAsync(server, sender);
        var slow = new List<RawClient>();
        for (var number = 0; number < consumers; number++)
            slow.Add(await LoginAsync(server, $"slow-{number}", FixedBuffer));
        output.WriteLine($"before: {Conversation.Describe(await conversation.TalkAsync(500, new CancellationToken(true)))}");

        await using var memory = new ResidentMemory(server);
        using var sent = new CancellationTokenSource();
        var talking = conversation.TalkAsync(100, sent.Token);
        await SendAsync(sender, messages, number => $"slow-{number % consumers}");
        await sent.CancelAsync();
        output.WriteLine($"during: {Conversation.Describe(await talking)}");
        output.WriteLine($"while they did not read: {memory}");

        // Not the sender, who has left a receipt for each message unread.
        var witness = await LoginAsync(server, "witness");
        foreach (var (index, recipient) in slow.Index())
        {
            for (var number = index; number < messages; number += consumers)
                Assert.Equal(Body(number), ServerFrame.BodyOf(await recipient.ReadPushAsync("FROM ")));
            await recipient.ExpectNoPushAsync("FROM ", witness);
        }

        output.WriteLine($"when they had read: {memory}");
        Assert.True(memory.Growth < MostGrowth, $"The server grew: {memory}");
    }

    // What the runtime and the caches take once is not growth.
    private async Task WarmUpAsync(ServerProcess server, RawClient sender)
    {
        const int messages = 2_000;
        var reader = await LoginAsync(server, "warm-up");
        var sending = SendAsync(sender, messages, _ => "warm-up");
        for (var number = 0; number < messages; number++)
            await reader.ReadFromAsync("sender");
        await sending;
        await reader.LeaveAsync();
    }

    private async Task SendAsync(RawClient sender, int messages, Func<int, string> recipientOf)
    {
        const int window = 1_000;
        for (var first = 0; first < messages; first += window)
        {
            var count = Math.Min(window, messages - first);
            var sending = sender.SendAsync(Enumerable.Range(first, count).Select(number => $"MSG {recipientOf(number)} {Body(number)}"));
            for (var number = 0; number < count; number++)
            {
                var reply = await sender.ReadReplyAsync("waiting for an acknowledgement");
                Assert.True(ServerFrame.IsQueued(reply) || ServerFrame.IsDelivered(reply), $"MSG was answered '{reply}'.");
            }

            await sending;
        }
    }

    private string Body(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:0000000} {_padding}");

    private static int NumberOf(string from) => int.Parse(ServerFrame.BodyOf(from).AsSpan(0, 7), CultureInfo.InvariantCulture);
}
