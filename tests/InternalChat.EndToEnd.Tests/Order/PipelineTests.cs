using System.Globalization;
using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Order;

/// <summary>"Replies come in the order of the commands on that connection, also when commands are pipelined."</summary>
public sealed class PipelineTests(SharedServer shared) : SharedServerTest(shared)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Thousands_of_mixed_commands_are_answered_in_order(int seed)
    {
        const int commands = 4_000;
        var random = new Random(seed);
        var (online, offline) = (await NewUserAsync("online"), await OfflineUserAsync("offline"));
        var client = await NewUserAsync("pipeline");
        var asked = Enumerable.Range(0, commands).Select(_ => AnyCommand(random, online.Name, offline)).ToList();
        var sending = client.SendAsync(asked.Select(command => command.Line));
        foreach (var (line, answers) in asked)
        {
            var reply = await client.ReadReplyAsync($"waiting for the reply to '{line}'");
            Assert.True(
                answers.Any(answer => reply.StartsWith(answer, StringComparison.Ordinal)), $"'{line}' was answered '{reply}'.");
            await SkipFurtherLinesAsync(client, reply);
        }

        await sending;
        await client.ExpectAliveAsync();
    }

    [Fact]
    public async Task Login_and_all_that_follows_may_be_pipelined()
    {
        var peer = await OfflineUserAsync("peer");
        var client = await ConnectAsync();
        var name = UniqueName.Of("eager");
        await client.SendAsync(
            "PING", "HELLO 1", $"AUTH {name} short", $"AUTH {name} {UniqueName.PasswordOf(name)}", "PING", $"MSG {peer} at once",
            $"HISTORY {peer}", "READ 0");
        await client.ExpectErrorAsync("NOT_AUTHENTICATED");
        await client.ExpectAsync("OK hello");
        await client.ExpectErrorAsync("WEAK_PASSWORD");
        await client.ExpectAsync("OK registered");
        await client.ExpectAsync("PONG");
        var id = ServerFrame.IdOf(await client.ReadReplyAsync("waiting for OK queued"));
        await client.ExpectAsync("INFO history_count 1");
        Assert.Equal(id, ServerFrame.IdOf(await client.ReadReplyAsync("waiting for the history")));
        await client.ExpectErrorAsync("UNKNOWN_MESSAGE");
    }

    [Fact]
    public async Task HISTORY_shows_each_message_that_was_sent_before_it_on_the_connection()
    {
        var peer = await OfflineUserAsync("peer");
        var client = await NewUserAsync("historian");
        const int rounds = 150;
        await client.SendAsync(Enumerable.Range(1, rounds).SelectMany(round => new[] { $"MSG {peer} {round}", $"HISTORY {peer} 1" }));
        for (var round = 1; round <= rounds; round++)
        {
            var id = ServerFrame.IdOf(await client.ReadReplyAsync("waiting for OK queued"));
            await client.ExpectAsync("INFO history_count 1");
            var line = await client.ReadReplyAsync("waiting for the history");
            Assert.Equal((id, round.ToString(CultureInfo.InvariantCulture)), (ServerFrame.IdOf(line), ServerFrame.BodyOf(line)));
        }
    }

    [Fact]
    public async Task Pushes_do_not_disturb_the_order_of_replies()
    {
        const int messages = 1_000;
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        await Task.WhenAll(ConverseAsync(alice, bob.Name), ConverseAsync(bob, alice.Name));
        await ExpectAllFromAsync(alice, bob.Name, messages);
        await ExpectAllFromAsync(bob, alice.Name, messages);

        static async Task ConverseAsync(RawClient client, string peer)
        {
            var sending = client.SendAsync(Enumerable.Range(0, messages).SelectMany(number => new[] { $"MSG {peer} {number}", "PING" }));
            for (var number = 0; number < messages; number++)
            {
                var reply = await client.ReadReplyAsync("waiting for the acknowledgement");
                Assert.True(ServerFrame.IsQueued(reply) || ServerFrame.IsDelivered(reply), $"MSG was answered '{reply}'.");
                await client.ExpectAsync("PONG");
            }

            await sending;
        }
    }

    private static async Task ExpectAllFromAsync(RawClient client, string sender, int messages)
    {
        for (var number = 0; number < messages; number++)
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), ServerFrame.BodyOf(await client.ReadFromAsync(sender)));
    }

    private static (string Line, string[] Answers) AnyCommand(Random random, string online, string offline) => random.Next(12) switch
    {
        0 or 1 or 2 => ($"MSG {online} {random.Next()}", ["DELIVERED ", "OK queued "]),
        3 or 4 => ($"MSG {offline} {random.Next()}", ["OK queued "]),
        5 => ("PING", ["PONG"]),
        6 => ("READ 0", ["ERROR UNKNOWN_MESSAGE "]),
        7 => ("LIST", ["INFO online: "]),
        8 => ($"HISTORY {offline} {random.Next(1, 4)}", ["INFO history_count "]),
        9 => ($"UNBLOCK {online}", [$"OK unblocked {online}"]),
        10 => ("NONSENSE", ["ERROR BAD_REQUEST "]),
        _ => ("MSG nobody-at-all hello", ["ERROR UNKNOWN_TARGET "]),
    };

    private static async Task SkipFurtherLinesAsync(RawClient client, string reply)
    {
        var lines = 0;
        if (reply.StartsWith("INFO online: ", StringComparison.Ordinal))
            lines = 1;
        else if (reply.StartsWith("INFO history_count ", StringComparison.Ordinal))
            lines = int.Parse(reply.Split(' ')[2], CultureInfo.InvariantCulture);
        for (var line = 0; line < lines; line++)
            await client.ReadReplyAsync($"waiting for the lines after '{reply}'");
    }
}
