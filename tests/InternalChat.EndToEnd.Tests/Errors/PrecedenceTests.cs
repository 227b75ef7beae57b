using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Errors;

/// <summary>"Errors, in the order in which they are checked": each line earns two errors and must get the earlier one.</summary>
public sealed class PrecedenceTests(SharedServer shared) : SharedServerTest(shared)
{
    private static readonly string TooLong = new('x', 4_097);

    [Theory]
    [InlineData("MSG ! ")]
    [InlineData("MSG")]
    [InlineData("HISTORY ! x")]
    [InlineData("READ x")]
    [InlineData("BLOCK ! !")]
    [InlineData("UNBLOCK")]
    [InlineData("LIST all")]
    [InlineData("PING PING")]
    public async Task Grammar_is_checked_before_authentication(string line)
    {
        var stranger = await ConnectAsync();
        await stranger.ExpectErrorAsync(line, "BAD_REQUEST");
    }

    [Theory]
    [InlineData("MSG ! text")]
    [InlineData("HISTORY ! 99999999999999999999")]
    [InlineData("READ 0")]
    [InlineData("BLOCK !")]
    [InlineData("UNBLOCK !")]
    public async Task Authentication_is_checked_before_the_arguments(string line)
    {
        var stranger = await ConnectAsync();
        await stranger.ExpectErrorAsync(line, "NOT_AUTHENTICATED");
        await stranger.ExpectErrorAsync($"MSG ! {TooLong}", "NOT_AUTHENTICATED");
    }

    [Theory]
    [InlineData("AUTH ! short")]
    [InlineData("AUTH ! a-good-password")]
    [InlineData("AUTH somebody short")]
    public async Task AUTH_says_ALREADY_AUTHENTICATED_before_it_looks_at_name_or_password(string line)
    {
        var alice = await NewUserAsync("alice");
        await alice.ExpectErrorAsync(line, "ALREADY_AUTHENTICATED");
    }

    [Fact]
    public async Task AUTH_says_INVALID_USERNAME_before_WEAK_PASSWORD()
    {
        var stranger = await ConnectAsync();
        await stranger.ExpectErrorAsync("AUTH ! short", "INVALID_USERNAME");
    }

    [Fact]
    public async Task AUTH_says_WEAK_PASSWORD_before_AUTH_FAILED_and_ALREADY_CONNECTED()
    {
        var alice = await NewUserAsync("alice");
        var stranger = await ConnectAsync();
        await stranger.ExpectErrorAsync($"AUTH {alice.Name} short", "WEAK_PASSWORD");
    }

    [Fact]
    public async Task AUTH_says_AUTH_FAILED_before_ALREADY_CONNECTED()
    {
        var alice = await NewUserAsync("alice");
        var stranger = await ConnectAsync();
        await stranger.ExpectErrorAsync($"AUTH {alice.Name} not-the-password", "AUTH_FAILED");
        await stranger.ExpectErrorAsync($"AUTH {alice.Name} {UniqueName.PasswordOf(alice.Name)}", "ALREADY_CONNECTED");
    }

    [Fact]
    public async Task MSG_says_INVALID_TARGET_before_MESSAGE_TOO_LONG()
    {
        var alice = await NewUserAsync("alice");
        await alice.ExpectErrorAsync($"MSG ! {TooLong}", "INVALID_TARGET");
        await alice.ExpectErrorAsync($"MSG {alice.Name} {TooLong}", "INVALID_TARGET");
    }

    [Fact]
    public async Task MSG_says_MESSAGE_TOO_LONG_before_UNKNOWN_TARGET_and_BLOCKED()
    {
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        await alice.ExpectAsync($"BLOCK {bob.Name}", $"OK blocked {bob.Name}");
        await bob.ExpectErrorAsync($"MSG {UniqueName.Of("nobody")} {TooLong}", "MESSAGE_TOO_LONG");
        await bob.ExpectErrorAsync($"MSG {alice.Name} {TooLong}", "MESSAGE_TOO_LONG");
    }

    [Fact]
    public async Task MSG_says_RATE_LIMIT_after_MESSAGE_TOO_LONG_and_before_UNKNOWN_TARGET_and_BLOCKED()
    {
        // A window of an hour cannot pass while the test runs.
        var server = await StartServerAsync(ServerLaunch.Defaults("--password-iterations", "1000", "--rate-limit", "1/3600s"));
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await bob.TellAsync("alice", "the only one allowed");
        await alice.ExpectAsync("BLOCK bob", "OK blocked bob");
        await bob.ExpectErrorAsync("MSG ! text", "INVALID_TARGET");
        await bob.ExpectErrorAsync("MSG bob text", "INVALID_TARGET");
        await bob.ExpectErrorAsync($"MSG alice {TooLong}", "MESSAGE_TOO_LONG");
        await bob.ExpectErrorAsync("MSG nobody text", "RATE_LIMIT");
        await bob.ExpectErrorAsync("MSG alice text", "RATE_LIMIT");
    }

    [Fact]
    public async Task MSG_says_MAILBOX_FULL_after_MESSAGE_TOO_LONG_and_RATE_LIMIT()
    {
        var server = await StartServerAsync(
            ServerLaunch.Defaults("--password-iterations", "1000", "--max-pending", "1", "--rate-limit", "2/3600s"));
        await (await LoginAsync(server, "alice")).LeaveAsync();
        var bob = await LoginAsync(server, "bob");
        await bob.QueueAsync("alice", "the only one that waits");
        await bob.ExpectErrorAsync($"MSG alice {TooLong}", "MESSAGE_TOO_LONG");
        await bob.ExpectErrorAsync("MSG alice text", "MAILBOX_FULL");
        await bob.ExpectErrorAsync("MSG alice text", "RATE_LIMIT");
    }

    [Fact]
    public async Task HISTORY_and_BLOCK_say_INVALID_TARGET_of_malformed_names_that_nobody_could_have()
    {
        var alice = await NewUserAsync("alice");
        await alice.ExpectErrorAsync("HISTORY !", "INVALID_TARGET");
        await alice.ExpectErrorAsync("BLOCK !", "INVALID_TARGET");
        await alice.ExpectErrorAsync("UNBLOCK !", "INVALID_TARGET");
    }

    [Fact]
    public async Task READ_says_UNKNOWN_MESSAGE_where_there_is_none_to_be_forbidden()
    {
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        var id = await alice.TellAsync(bob.Name, "for bob alone");
        await alice.ExpectErrorAsync($"READ {id}", "FORBIDDEN");
        await alice.ExpectErrorAsync("READ 0", "UNKNOWN_MESSAGE");
    }

    [Fact]
    public async Task Every_reason_is_one_line_for_people()
    {
        var alice = await NewUserAsync("alice");
        foreach (var line in new[] { "", "NONSENSE", "HELLO 2", "AUTH ! short", $"MSG {alice.Name} hello", "READ 0", "HISTORY nobody" })
        {
            // The client has held it against the grammar: a code of the contract, a space and a reason.
            Assert.StartsWith("ERROR ", await alice.AskAsync(line), StringComparison.Ordinal);
        }
    }
}
