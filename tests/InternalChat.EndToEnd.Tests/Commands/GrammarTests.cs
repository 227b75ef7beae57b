using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary>"A line that does not parse gets ERROR BAD_REQUEST and changes nothing; grammar is checked before authentication."</summary>
public sealed class GrammarTests(SharedServer shared) : SharedServerTest(shared)
{
    public static TheoryData<string> LinesThatDoNotParse =>
    [
        " ", "  ", "NONSENSE", "NONSENSE with arguments", "PINGPING", "PIN", " PING", "\tPING", "PING\t",
        "HELLO", "HELLO ", "HELLO 1 2", "HELLO  1", "HELLO 1 ",
        "AUTH", "AUTH ", "AUTH somebody", "AUTH somebody ", "AUTH  long-password", "AUTH somebody long-password more",
        "AUTH somebody  long-password", "AUTH somebody long-password ",
        "MSG", "MSG ", "MSG somebody", "MSG somebody ", "MSG  text", "MSG  ",
        "LIST ", "LIST all",
        "HISTORY", "HISTORY ", "HISTORY somebody ", "HISTORY somebody x", "HISTORY somebody -1", "HISTORY somebody +1",
        "HISTORY somebody 1.0", "HISTORY somebody 0x10", "HISTORY somebody 1 2", "HISTORY  somebody", "HISTORY somebody  5",
        "HISTORY somebody ١", "HISTORY somebody ５", "HISTORY somebody 5\t",
        "READ", "READ ", "READ x", "READ -1", "READ +1", "READ 1 2", "READ 1 ", "READ  1", "READ 1.0", "READ ٣", "READ 1e3",
        "BLOCK", "BLOCK ", "BLOCK somebody else", "BLOCK  somebody", "BLOCK somebody ",
        "UNBLOCK", "UNBLOCK ", "UNBLOCK somebody else", "UNBLOCK  somebody", "UNBLOCK somebody ",
        "PING ", "PING 1", "QUIT ", "QUIT now",
        "OK hello", "PONG", "DELIVERED 1", "FROM 1 somebody 1 text",
    ];

    [Theory]
    [MemberData(nameof(LinesThatDoNotParse))]
    public async Task Is_a_bad_request_before_AUTH(string line)
    {
        var client = await ConnectAsync();
        await client.ExpectErrorAsync(line, "BAD_REQUEST");
        await client.ExpectAsync("HELLO 1", "OK hello");
    }

    [Fact]
    public async Task Is_a_bad_request_after_AUTH_and_changes_nothing()
    {
        var client = await NewUserAsync("grammar");
        foreach (var line in LinesThatDoNotParse.Select(row => row.Data))
            await client.ExpectErrorAsync(line, "BAD_REQUEST");
        Assert.Equal($"INFO online: {client.Name}", await OnlineLineAsync(client));
        await client.ExpectAliveAsync();
    }

    [Theory]
    [InlineData("MSG somebody text")]
    [InlineData("MSG ! text")]
    [InlineData("LIST")]
    [InlineData("HISTORY somebody")]
    [InlineData("HISTORY !")]
    [InlineData("HISTORY somebody 5")]
    [InlineData("HISTORY somebody 99999999999999999999")]
    [InlineData("READ 1")]
    [InlineData("READ 99999999999999999999")]
    [InlineData("BLOCK somebody")]
    [InlineData("BLOCK !")]
    [InlineData("UNBLOCK somebody")]
    [InlineData("UNBLOCK !")]
    [InlineData("PING")]
    public async Task A_command_that_needs_AUTH_is_not_authenticated_before_it(string line)
    {
        var client = await ConnectAsync();
        await client.ExpectErrorAsync(line, "NOT_AUTHENTICATED");
        await client.ExpectAsync("HELLO 1", "OK hello");
    }

    // Others of this class may still be leaving when the list is made; the test needs only its own name.
    private static async Task<string> OnlineLineAsync(RawClient client)
    {
        var line = await client.AskAsync("LIST");
        await client.ReadReplyAsync("waiting for the known users");
        return line.Contains(client.Name, StringComparison.Ordinal) ? $"INFO online: {client.Name}" : line;
    }
}
