using System.Text;
using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Lines;

/// <summary>"A frame that arrives in any number of TCP segments, or many frames in one segment, mean the same thing."</summary>
public sealed class SegmentTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task A_whole_conversation_in_one_segment()
    {
        var (client, name, peer) = await StrangerAsync();
        await client.SendAsync(Conversation(name, peer));
        await ExpectConversationAsync(client, peer);
    }

    [Fact]
    public async Task A_whole_conversation_one_byte_a_segment()
    {
        var (client, name, peer) = await StrangerAsync();
        foreach (var octet in Encoding.UTF8.GetBytes(string.Concat(Conversation(name, peer).Select(line => line + "\n"))))
            await client.SendRawAsync((byte[])[octet]);
        await ExpectConversationAsync(client, peer);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task A_whole_conversation_in_pieces_that_ignore_its_lines(int size)
    {
        var (client, name, peer) = await StrangerAsync();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Conversation(name, peer).Select(line => line + "\r\n")));
        foreach (var piece in bytes.Chunk(size))
            await client.SendRawAsync(piece);
        await ExpectConversationAsync(client, peer);
    }

    [Fact]
    public async Task Thousands_of_messages_in_one_write_arrive_each_once()
    {
        const int messages = 3_000;
        var recipient = await NewUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        var sending = sender.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG {recipient.Name} number {number} ∎"));
        for (var number = 0; number < messages; number++)
            Assert.Equal($"number {number} ∎", ServerFrame.BodyOf(await recipient.ReadFromAsync(sender.Name)));
        await sending;
        for (var number = 0; number < messages; number++)
            await sender.ReadReplyAsync("waiting for an acknowledgement");
        await sender.ExpectAliveAsync();
    }

    private async Task<(RawClient Client, string Name, string Peer)> StrangerAsync() =>
        (await ConnectAsync(), UniqueName.Of("segments"), await OfflineUserAsync("peer"));

    private static string[] Conversation(string name, string peer) =>
    [
        "HELLO 1", $"AUTH {name} {UniqueName.PasswordOf(name)}", "PING", $"MSG {peer} ein Gruß 🙂", $"HISTORY {peer} 5", "NONSENSE",
        $"BLOCK {peer}", $"UNBLOCK {peer}", "QUIT",
    ];

    private static async Task ExpectConversationAsync(RawClient client, string peer)
    {
        await client.ExpectAsync("OK hello");
        await client.ExpectAsync("OK registered");
        await client.ExpectAsync("PONG");
        Assert.True(ServerFrame.IsQueued(await client.ReadReplyAsync("waiting for OK queued")));
        await client.ExpectAsync("INFO history_count 1");
        Assert.Equal("ein Gruß 🙂", ServerFrame.BodyOf(await client.ReadReplyAsync("waiting for the history")));
        await client.ExpectErrorAsync("BAD_REQUEST");
        await client.ExpectAsync($"OK blocked {peer}");
        await client.ExpectAsync($"OK unblocked {peer}");
        await client.ExpectAsync("OK bye");
        await client.ExpectClosedAsync();
    }
}
