using System.Text;
using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Lines;

/// <summary>"Lines": a frame is one line of UTF-8 ended by a line feed, in whatever pieces it arrives.</summary>
public sealed class FramingTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task One_carriage_return_before_the_line_feed_is_dropped()
    {
        var client = await ConnectAsync();
        await client.ExpectAsync("HELLO 1\r", "OK hello");
        var name = UniqueName.Of("telnet");
        await client.ExpectAsync($"AUTH {name} {UniqueName.PasswordOf(name)}\r", "OK registered");
        await client.LeaveAsync();

        // Had the carriage return become part of the password, the same password without it would now be wrong.
        var again = await ConnectAsync();
        await again.ExpectAsync($"AUTH {name} {UniqueName.PasswordOf(name)}", "OK authenticated");
    }

    [Fact]
    public async Task A_carriage_return_is_not_part_of_a_body()
    {
        var recipient = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.QueueAsync(recipient, "over telnet\r");
        Assert.Equal("over telnet", ServerFrame.BodyOf(Assert.Single(await sender.HistoryAsync(recipient))));
    }

    [Fact]
    public async Task Only_one_carriage_return_is_dropped()
    {
        var recipient = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.QueueAsync(recipient, "two returns\r\r");
        Assert.Equal("two returns\r", ServerFrame.BodyOf(Assert.Single(await sender.HistoryAsync(recipient))));
        await sender.ExpectErrorAsync("PING\r\r", "BAD_REQUEST");
    }

    [Fact]
    public async Task A_carriage_return_elsewhere_in_a_body_is_kept()
    {
        var recipient = await NewUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.TellAsync(recipient.Name, "left\rright");
        Assert.Equal("left\rright", ServerFrame.BodyOf(await recipient.ReadFromAsync(sender.Name)));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task An_empty_line_is_a_bad_request_and_changes_nothing(string emptyLine)
    {
        var client = await NewUserAsync("empty");
        await client.SendRawAsync(Encoding.UTF8.GetBytes(emptyLine));
        await client.ExpectErrorAsync("BAD_REQUEST");
        await client.ExpectAliveAsync();
    }

    public static TheoryData<string, byte[]> IllFormed => new()
    {
        { "a lone continuation byte", [0x80] },
        { "a sequence cut short", [0xC3] },
        { "an overlong slash", [0xC0, 0xAF] },
        { "an overlong NUL", [0xC0, 0x80] },
        { "a surrogate", [0xED, 0xA0, 0x80] },
        { "a code point past U+10FFFF", [0xF4, 0x90, 0x80, 0x80] },
        { "a byte that UTF-8 never uses", [0xFF] },
        { "NUL", [0x00] },
    };

    [Theory]
    [MemberData(nameof(IllFormed))]
    public async Task A_line_that_is_not_text_is_a_bad_request_and_the_connection_stays(string what, byte[] bytes)
    {
        Assert.NotEmpty(what);
        var recipient = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.SendRawAsync((byte[])[.. bytes, .. "\n"u8]);
        await sender.ExpectErrorAsync("BAD_REQUEST");
        await sender.SendRawAsync((byte[])[.. Encoding.UTF8.GetBytes($"MSG {recipient} a"), .. bytes, .. "z\nPING\n"u8]);
        await sender.ExpectErrorAsync("BAD_REQUEST");
        await sender.ExpectAsync("PONG");
        Assert.Empty(await sender.HistoryAsync(recipient));
    }

    [Fact]
    public async Task A_line_that_is_not_text_is_a_bad_request_before_AUTH_too()
    {
        var client = await ConnectAsync();
        await client.SendRawAsync((byte[])[0xFF, (byte)'\n']);
        await client.ExpectErrorAsync("BAD_REQUEST");
        await client.ExpectAsync("HELLO 1", "OK hello");
    }

    [Theory]
    [InlineData("grüße, 你好, 🙂🏳️‍🌈, e\u0301")]
    [InlineData("\u0001\u0007\u001B[31m\u007F\u0085\u2028\uFEFF")]
    [InlineData("\uFFFD\uFFFF\U0010FFFF")]
    public async Task Any_text_passes_through_unchanged(string body)
    {
        var recipient = await NewUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.TellAsync(recipient.Name, body);
        Assert.Equal(body, ServerFrame.BodyOf(await recipient.ReadFromAsync(sender.Name)));
        Assert.Equal(body, ServerFrame.BodyOf(Assert.Single(await recipient.HistoryAsync(sender.Name))));
    }

    [Theory]
    [InlineData("ping", "PONG")]
    [InlineData("PiNg", "PONG")]
    [InlineData("hello 1", "OK hello")]
    [InlineData("lIsT", "INFO online: ")]
    [InlineData("history {0}", "INFO history_count 0")]
    [InlineData("unblock {0}", "OK unblocked {0}")]
    [InlineData("quit", "OK bye")]
    public async Task Command_names_are_case_insensitive(string command, string reply)
    {
        var client = await NewUserAsync("case");
        var answer = await client.AskAsync(command.Replace("{0}", client.Name, StringComparison.Ordinal));
        Assert.StartsWith(reply.Replace("{0}", client.Name, StringComparison.Ordinal), answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_names_of_AUTH_MSG_READ_and_BLOCK_are_case_insensitive_too()
    {
        var recipient = await NewUserAsync("recipient");
        var name = UniqueName.Of("sender");
        var sender = await ConnectAsync();
        await sender.ExpectAsync($"auth {name} {UniqueName.PasswordOf(name)}", "OK registered");
        await sender.SendAsync($"msg {recipient.Name} hello");
        var id = ServerFrame.IdOf(await recipient.ReadFromAsync(name));
        await recipient.ExpectAsync($"read {id}", $"OK read {id}");
        await recipient.ExpectAsync($"block {name}", $"OK blocked {name}");
    }

    [Fact]
    public async Task Bytes_after_the_last_line_feed_are_dropped()
    {
        var recipient = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.SendRawAsync(Encoding.UTF8.GetBytes($"PING\nMSG {recipient} unfinished"));
        sender.ShutdownSend();
        await sender.ExpectAsync("PONG");
        await sender.ExpectClosedAsync();
        var witness = await NewUserAsync("witness");
        await witness.TellAsync(recipient, "finished");
        var reader = await LoginAsync(recipient);
        Assert.Equal("finished", ServerFrame.BodyOf(await reader.ReadPushAsync("FROM ")));
        Assert.Empty(await reader.HistoryAsync(sender.Name));
    }
}
