using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary><c>BLOCK &lt;user&gt;</c> and <c>UNBLOCK &lt;user&gt;</c></summary>
public sealed class BlockTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task The_blocked_sender_gets_BLOCKED_and_nothing_is_stored()
    {
        var (sender, recipient) = (await NewUserAsync("sender"), await NewUserAsync("recipient"));
        await recipient.ExpectAsync($"BLOCK {sender.Name}", $"OK blocked {sender.Name}");
        await sender.ExpectErrorAsync($"MSG {recipient.Name} let me in", "BLOCKED");
        Assert.Empty(await sender.HistoryAsync(recipient.Name));
        await recipient.ExpectAsync($"UNBLOCK {sender.Name}", $"OK unblocked {sender.Name}");
        var id = await sender.TellAsync(recipient.Name, "thank you");
        Assert.Equal(id, ServerFrame.IdOf(await recipient.ReadFromAsync(sender.Name)));
    }

    [Fact]
    public async Task What_was_accepted_before_a_BLOCK_is_still_delivered()
    {
        var name = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        var id = await sender.QueueAsync(name, "sent in better times");

        // BLOCK stands in the same segment as AUTH, so it is obeyed before or while the queued message is handed over.
        var recipient = await ConnectAsync();
        await recipient.SendAsync($"AUTH {name} {UniqueName.PasswordOf(name)}", $"BLOCK {sender.Name}");
        await recipient.ExpectAsync("OK authenticated");
        await recipient.ExpectAsync($"OK blocked {sender.Name}");
        Assert.Equal(id, ServerFrame.IdOf(await recipient.ReadFromAsync(sender.Name)));
        await sender.ExpectErrorAsync($"MSG {name} and now", "BLOCKED");
        Assert.Single(await recipient.HistoryAsync(sender.Name));
    }

    [Fact]
    public async Task A_message_queued_before_the_BLOCK_comes_at_the_login_after_it()
    {
        var server = await StartServerAsync();
        var recipient = await LoginAsync(server, "recipient");
        var sender = await LoginAsync(server, "sender");
        await recipient.LeaveAsync();
        var id = await sender.QueueAsync("recipient", "sent in better times");
        await server.TerminateAsync();
        var restarted = await StartServerAsync(TestKit.Processes.ServerLaunch.Quick() with { DatabasePath = server.DatabasePath });
        var again = await LoginAsync(restarted, "recipient");
        await again.ExpectAsync("BLOCK sender", "OK blocked sender");
        Assert.Equal(id, ServerFrame.IdOf(await again.ReadFromAsync("sender")));
    }

    [Fact]
    public async Task Works_in_one_direction_only()
    {
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        await alice.ExpectAsync($"BLOCK {bob.Name}", $"OK blocked {bob.Name}");
        await alice.TellAsync(bob.Name, "you cannot answer");
        Assert.Equal("you cannot answer", ServerFrame.BodyOf(await bob.ReadFromAsync(alice.Name)));
        await bob.ExpectErrorAsync($"MSG {alice.Name} indeed", "BLOCKED");
    }

    [Fact]
    public async Task Concerns_nobody_else()
    {
        var (alice, bob, carol) = (await NewUserAsync("alice"), await NewUserAsync("bob"), await NewUserAsync("carol"));
        await alice.ExpectAsync($"BLOCK {bob.Name}", $"OK blocked {bob.Name}");
        await carol.TellAsync(alice.Name, "hello alice");
        await bob.TellAsync(carol.Name, "hello carol");
    }

    [Fact]
    public async Task Twice_is_like_once()
    {
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        await alice.ExpectAsync($"BLOCK {bob.Name}", $"OK blocked {bob.Name}");
        await alice.ExpectAsync($"BLOCK {bob.Name}", $"OK blocked {bob.Name}");
        await alice.ExpectAsync($"UNBLOCK {bob.Name}", $"OK unblocked {bob.Name}");
        await bob.TellAsync(alice.Name, "back again");
    }

    [Fact]
    public async Task Takes_effect_for_the_commands_after_it_on_the_same_connection()
    {
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        await alice.SendAsync(Enumerable.Range(0, 50).SelectMany(_ => new[] { $"BLOCK {bob.Name}", $"UNBLOCK {bob.Name}" }));
        for (var round = 0; round < 50; round++)
        {
            await alice.ExpectAsync($"OK blocked {bob.Name}");
            await alice.ExpectAsync($"OK unblocked {bob.Name}");
        }

        await bob.TellAsync(alice.Name, "open at last");
    }

    [Fact]
    public async Task Of_somebody_offline_is_OK()
    {
        var bob = await OfflineUserAsync("bob");
        var alice = await NewUserAsync("alice");
        await alice.ExpectAsync($"BLOCK {bob}", $"OK blocked {bob}");
        await (await LoginAsync(bob)).ExpectErrorAsync($"MSG {alice.Name} hello", "BLOCKED");
    }

    [Fact]
    public async Task Of_oneself_is_INVALID_TARGET()
    {
        var alice = await NewUserAsync("alice");
        await alice.ExpectErrorAsync($"BLOCK {alice.Name}", "INVALID_TARGET");
    }

    [Theory]
    [InlineData("al")]
    [InlineData("bad!name")]
    [InlineData("naïve")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456")]
    public async Task Of_a_malformed_name_is_INVALID_TARGET(string name)
    {
        var alice = await NewUserAsync("alice");
        await alice.ExpectErrorAsync($"BLOCK {name}", "INVALID_TARGET");
        await alice.ExpectErrorAsync($"UNBLOCK {name}", "INVALID_TARGET");
    }

    [Fact]
    public async Task Of_an_unknown_name_is_UNKNOWN_TARGET_but_UNBLOCK_of_it_is_OK()
    {
        var alice = await NewUserAsync("alice");
        var nobody = UniqueName.Of("nobody");
        await alice.ExpectErrorAsync($"BLOCK {nobody}", "UNKNOWN_TARGET");
        await alice.ExpectAsync($"UNBLOCK {nobody}", $"OK unblocked {nobody}");
        await (await LoginAsync(nobody)).TellAsync(alice.Name, "I was never blocked");
    }

    [Fact]
    public async Task UNBLOCK_of_somebody_who_is_not_blocked_is_OK()
    {
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        await alice.ExpectAsync($"UNBLOCK {bob.Name}", $"OK unblocked {bob.Name}");
    }

    [Fact]
    public async Task UNBLOCK_of_oneself_is_OK()
    {
        var alice = await NewUserAsync("alice");
        await alice.ExpectAsync($"UNBLOCK {alice.Name}", $"OK unblocked {alice.Name}");
    }
}
