using System.Text;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Lines;

/// <summary>"A client's line is at most 16,384 bytes before the line feed."</summary>
public sealed class LineLengthTests(SharedServer shared) : SharedServerTest(shared)
{
    private const int LongestLine = 16_384;
    private const string TooLong = "ERROR BAD_REQUEST line too long";

    [Fact]
    public async Task A_line_of_exactly_the_limit_is_a_line()
    {
        var sender = await NewUserAsync("sender");
        await sender.SendRawAsync(Line($"MSG {sender.Name}x ", LongestLine));
        await sender.ExpectErrorAsync("MESSAGE_TOO_LONG");
        await sender.ExpectAliveAsync();
    }

    [Fact]
    public async Task A_line_of_exactly_the_limit_before_AUTH_is_a_line()
    {
        var client = await ConnectAsync();
        await client.SendRawAsync(Line("MSG somebody ", LongestLine));
        await client.ExpectErrorAsync("NOT_AUTHENTICATED");
        await client.ExpectAsync("HELLO 1", "OK hello");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_longer_line_is_refused_and_the_connection_closed(bool authenticated)
    {
        var client = authenticated ? await NewUserAsync("long") : await ConnectAsync();
        await client.SendRawAsync(Line("MSG somebody ", LongestLine + 1));
        await client.ExpectAsync(TooLong);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_line_is_refused_as_soon_as_it_is_too_long_without_its_line_feed()
    {
        var client = await NewUserAsync("endless");
        await client.SendRawAsync(Encoding.ASCII.GetBytes(new string('x', LongestLine + 1)));
        await client.ExpectAsync(TooLong);
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_line_at_the_limit_without_its_line_feed_is_waited_for()
    {
        var client = await NewUserAsync("patient");
        await client.SendRawAsync(Line("MSG somebody ", LongestLine).AsMemory(0, LongestLine));
        var other = await NewUserAsync("other");
        await other.ExpectAliveAsync();
        await client.SendRawAsync("\n"u8.ToArray());
        await client.ExpectErrorAsync("MESSAGE_TOO_LONG");
        await client.ExpectAliveAsync();
    }

    [Fact]
    public async Task What_came_before_a_line_that_is_too_long_is_answered_first()
    {
        var recipient = await OfflineUserAsync("recipient");
        var client = await NewUserAsync("pipeline");
        await client.SendRawAsync((byte[])
        [
            .. Encoding.UTF8.GetBytes($"PING\nMSG {recipient} kept\nPING\n"), .. Line("", LongestLine + 1), .. "PING\n"u8,
        ]);
        await client.ExpectAsync("PONG");
        Assert.True(ServerFrame.IsQueued(await client.ReadReplyAsync("waiting for the acknowledgement")));
        await client.ExpectAsync("PONG");
        await client.ExpectAsync(TooLong);
        await client.ExpectClosedAsync();
        var reader = await LoginAsync(recipient);
        Assert.Equal("kept", ServerFrame.BodyOf(await reader.ReadFromAsync(client.Name)));
    }

    [Fact]
    public async Task An_http_request_gets_one_error_line_and_the_connection_is_closed()
    {
        var browser = await ConnectAsync();
        await browser.SendRawAsync("GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: browser\r\nAccept: */*\r\n\r\n"u8.ToArray());
        await browser.ExpectErrorAsync("BAD_REQUEST");
        await browser.ExpectClosedAsync();
    }

    private static byte[] Line(string beginning, int length) =>
        Encoding.ASCII.GetBytes(beginning + new string('x', length - beginning.Length) + "\n");
}
