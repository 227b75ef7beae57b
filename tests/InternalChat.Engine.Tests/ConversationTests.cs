using System.Text;
using InternalChat.Engine.Tests.Harness;

namespace InternalChat.Engine.Tests;

public sealed class ConversationTests
{
    [Fact]
    public async Task Two_users_talk_from_hello_to_bye()
    {
        await using var server = new TestServer(TestServer.QuietWithList);
        var alice = server.Connect();
        Assert.Equal("OK hello", await alice.Ask("HELLO 1"));
        Assert.Equal("OK registered", await alice.Ask("AUTH alice password"));
        Assert.Equal("ERROR UNKNOWN_TARGET", Code(await alice.Ask("MSG bob hi")));
        var bob = await server.LogInAs("bob");

        Assert.Equal("DELIVERED 1", await alice.Ask("MSG bob  two  spaces "));
        Assert.Matches("^FROM 1 alice [0-9]+  two  spaces $", await bob.Line());
        Assert.Equal("OK read 1", await bob.Ask("READ 0001"));
        await alice.Expect("READ 1 bob");
        Assert.Equal("OK read 1", await bob.Ask("READ 1"));
        Assert.Empty(await alice.SoFar());
        Assert.Equal("ERROR FORBIDDEN", Code(await alice.Ask("READ 1")));
        Assert.Equal("ERROR UNKNOWN_MESSAGE", Code(await alice.Ask("READ 99999999999999999999999")));

        Assert.Equal("OK blocked alice", await bob.Ask("BLOCK alice"));
        Assert.Equal("ERROR BLOCKED", Code(await alice.Ask("MSG bob again")));
        Assert.Equal("OK unblocked alice", await bob.Ask("UNBLOCK alice"));
        Assert.Equal("OK unblocked nobody", await bob.Ask("UNBLOCK nobody"));

        alice.Send("LIST");
        await alice.Expect("INFO online: alice, bob", "INFO known: alice, bob");
        Assert.Empty(await bob.Quit());
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob later"));
        alice.Send("HISTORY bob 200");
        Assert.Equal("INFO history_count 2", await alice.Line());
        Assert.Matches("^INFO history 1 alice [0-9]+  two  spaces $", await alice.Line());
        Assert.Matches("^INFO history 2 alice [0-9]+ later$", await alice.Line());
        Assert.Equal("INFO history_count 0", await alice.Ask("HISTORY alice"));

        bob = await server.LogInAs("bob");
        Assert.Matches("^FROM 2 alice [0-9]+ later$", await bob.Line());
        await alice.Expect("DELIVERED 2");
        Assert.Empty(await alice.Quit());
        Assert.Empty(await bob.Quit());
    }

    [Fact]
    public async Task A_byte_a_segment_means_the_same()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var client = server.Connect();
        foreach (var unit in Encoding.UTF8.GetBytes("HELLO 1\r\nAUTH alice pässwörd\nMSG bob grüße\nPING\nQUIT\n"))
            client.SendBytes([unit]);
        Assert.Equal(["OK hello", "OK registered", "OK queued 1", "PONG", "OK bye"], await client.ReadToEnd());
    }

    [Theory]
    [InlineData("", "BAD_REQUEST")]
    [InlineData("PING ", "BAD_REQUEST")]
    [InlineData("MSG bob", "BAD_REQUEST")]
    [InlineData("READ -1", "BAD_REQUEST")]
    [InlineData("AUTH alice password", "ALREADY_AUTHENTICATED")]
    [InlineData("HELLO 2", "BAD_VERSION")]
    [InlineData("MSG alice hi", "INVALID_TARGET")]
    [InlineData("MSG ab hi", "INVALID_TARGET")]
    [InlineData("MSG nobody hi", "UNKNOWN_TARGET")]
    [InlineData("BLOCK alice", "INVALID_TARGET")]
    [InlineData("BLOCK nobody", "UNKNOWN_TARGET")]
    [InlineData("UNBLOCK a!", "INVALID_TARGET")]
    [InlineData("HISTORY nobody", "UNKNOWN_TARGET")]
    [InlineData("HISTORY a! 5", "INVALID_TARGET")]
    [InlineData("READ 0", "UNKNOWN_MESSAGE")]
    public async Task Refuses_with_the_contracts_code_and_goes_on(string command, string code)
    {
        await using var server = new TestServer();
        var alice = await server.LogInAs("alice");
        Assert.Equal("ERROR " + code, Code(await alice.Ask(command)));
        Assert.Equal("PONG", await alice.Ask("PING"));
    }

    [Theory]
    [InlineData("PING")]
    [InlineData("MSG bob hi")]
    [InlineData("LIST")]
    [InlineData("HISTORY bob")]
    [InlineData("READ 1")]
    [InlineData("BLOCK bob")]
    [InlineData("UNBLOCK bob")]
    public async Task Needs_authentication_first(string command)
    {
        await using var server = new TestServer();
        var client = server.Connect();
        Assert.Equal("ERROR NOT_AUTHENTICATED", Code(await client.Ask(command)));
        Assert.Equal("OK bye", await client.Ask("QUIT"));
    }

    [Fact]
    public async Task A_body_may_have_4096_bytes_and_not_one_more()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("ERROR MESSAGE_TOO_LONG", Code(await alice.Ask("MSG bob " + new string('x', 4_097))));
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob " + new string('x', 4_096)));
    }

    [Fact]
    public async Task A_block_holds_back_later_messages_only()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob before"));
        var bob = await server.LogInAs("bob");
        bob.Send("BLOCK alice");
        Assert.Contains(await bob.Lines(2), static line => line.EndsWith("before", StringComparison.Ordinal));
        await alice.Expect("DELIVERED 1");
        Assert.Equal("ERROR BLOCKED", Code(await alice.Ask("MSG bob after")));
    }

    private static string Code(string line) => string.Join(' ', line.Split(' ').Take(2));
}
