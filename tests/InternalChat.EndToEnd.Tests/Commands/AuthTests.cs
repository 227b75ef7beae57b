using InternalChat.TestKit;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary><c>AUTH &lt;username&gt; &lt;password&gt;</c></summary>
public sealed class AuthTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task A_new_name_is_registered_and_a_known_one_authenticated()
    {
        var name = await OfflineUserAsync("alice");
        var again = await ConnectAsync();
        await again.ExpectAsync($"AUTH {name} {UniqueName.PasswordOf(name)}", "OK authenticated");
    }

    [Fact]
    public async Task A_wrong_password_for_a_known_name_is_AUTH_FAILED_and_may_be_tried_again()
    {
        var name = await OfflineUserAsync("alice");
        var client = await ConnectAsync();
        await client.ExpectErrorAsync($"AUTH {name} not-the-password", "AUTH_FAILED");
        await client.ExpectErrorAsync("LIST", "NOT_AUTHENTICATED");
        await client.ExpectAsync($"AUTH {name} {UniqueName.PasswordOf(name)}", "OK authenticated");
        await client.ExpectAliveAsync();
    }

    [Fact]
    public async Task Passwords_are_compared_as_they_are()
    {
        var name = await OfflineUserAsync("alice");
        var client = await ConnectAsync();
        var password = UniqueName.PasswordOf(name);
        await client.ExpectErrorAsync($"AUTH {name} {password.ToUpperInvariant()}", "AUTH_FAILED");
        await client.ExpectErrorAsync($"AUTH {name} {password}x", "AUTH_FAILED");
        await client.ExpectErrorAsync($"AUTH {name} {password[..^1]}", "AUTH_FAILED");
    }

    [Fact]
    public async Task A_second_AUTH_on_a_connection_is_ALREADY_AUTHENTICATED()
    {
        var client = await NewUserAsync("alice");
        await client.ExpectErrorAsync($"AUTH {client.Name} {UniqueName.PasswordOf(client.Name)}", "ALREADY_AUTHENTICATED");
        await client.ExpectErrorAsync($"AUTH {UniqueName.Of("other")} other-password", "ALREADY_AUTHENTICATED");
        await client.ExpectAliveAsync();
    }

    [Fact]
    public async Task Pipelined_AUTHs_are_judged_one_after_the_other()
    {
        var client = await ConnectAsync();
        var (first, second) = (UniqueName.Of("first"), UniqueName.Of("second"));
        await client.SendAsync(
            $"AUTH {first} {UniqueName.PasswordOf(first)}", $"AUTH {second} {UniqueName.PasswordOf(second)}", "PING", $"HISTORY {second}");
        await client.ExpectAsync("OK registered");
        await client.ExpectErrorAsync("ALREADY_AUTHENTICATED");
        await client.ExpectAsync("PONG");
        await client.ExpectErrorAsync("UNKNOWN_TARGET");
    }

    [Fact]
    public async Task The_pending_messages_come_right_after_the_answer_in_id_order()
    {
        var recipient = await OfflineUserAsync("recipient");
        var (first, second) = (await NewUserAsync("first"), await NewUserAsync("second"));
        var ids = new List<long>();
        for (var round = 0; round < 5; round++)
        {
            ids.Add(await first.QueueAsync(recipient, $"{round} from the first"));
            ids.Add(await second.QueueAsync(recipient, $"{round} from the second"));
        }

        var client = await ConnectAsync();
        await client.SendAsync($"AUTH {recipient} {UniqueName.PasswordOf(recipient)}");
        Assert.Equal("OK authenticated", await client.ReadLineAsync("waiting for the answer"));
        foreach (var id in ids)
            Assert.StartsWith($"FROM {id} ", await client.ReadLineAsync($"waiting for message {id}"), StringComparison.Ordinal);
        await client.ExpectAliveAsync();
    }

    [Fact]
    public async Task Everybody_else_who_is_online_hears_of_a_login()
    {
        var (first, second) = (await NewUserAsync("first"), await NewUserAsync("second"));
        var newcomer = await NewUserAsync("newcomer");
        await first.ExpectPushAsync($"INFO user_online {newcomer.Name}");
        await second.ExpectPushAsync($"INFO user_online {newcomer.Name}");
    }

    [Fact]
    public async Task A_refused_login_creates_no_account_and_is_not_announced()
    {
        var observer = await NewUserAsync("observer");
        var name = UniqueName.Of("weak");
        var client = await ConnectAsync();
        await client.ExpectErrorAsync($"AUTH {name} short", "WEAK_PASSWORD");
        await observer.ExpectErrorAsync($"HISTORY {name}", "UNKNOWN_TARGET");
        await observer.ExpectNoPushAsync($"INFO user_online {name}", await NewUserAsync("witness"));
    }
}
