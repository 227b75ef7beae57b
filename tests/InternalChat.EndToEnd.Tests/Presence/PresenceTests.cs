using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Presence;

/// <summary>"Pushed INFO: user_online and user_offline, to everybody else online; a user never hears of itself."</summary>
public sealed class PresenceTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Everybody_else_hears_who_comes_and_who_goes()
    {
        var observers = new[] { await NewUserAsync("first"), await NewUserAsync("second"), await NewUserAsync("third") };
        var visitor = await NewUserAsync("visitor");
        foreach (var observer in observers)
            await observer.ExpectPushAsync($"INFO user_online {visitor.Name}");
        await visitor.LeaveAsync();
        foreach (var observer in observers)
            await observer.ExpectPushAsync($"INFO user_offline {visitor.Name}");
    }

    [Fact]
    public async Task Comes_before_goes()
    {
        var observer = await NewUserAsync("observer");
        var visitor = await NewUserAsync("visitor");
        await observer.ExpectPushAsync($"INFO user_online {visitor.Name}");
        await visitor.DisposeAsync();
        await observer.ExpectPushAsync($"INFO user_offline {visitor.Name}");
        var again = await LoginAsync(visitor.Name);
        await observer.ExpectPushAsync($"INFO user_online {visitor.Name}");
        await again.ExpectAliveAsync();
    }

    [Fact]
    public async Task A_user_never_hears_of_itself()
    {
        var observer = await NewUserAsync("observer");
        var visitor = await NewUserAsync("visitor");
        await observer.ExpectPushAsync($"INFO user_online {visitor.Name}");
        await visitor.ExpectNoPushAsync($"INFO user_online {visitor.Name}", observer);
        await visitor.LeaveAsync();
        await observer.ExpectPushAsync($"INFO user_offline {visitor.Name}");
        var again = await LoginAsync(visitor.Name);
        await observer.ExpectPushAsync($"INFO user_online {visitor.Name}");
        await again.ExpectNoPushAsync($"INFO user_offline {visitor.Name}", observer);
        Assert.Null(again.TakeArrivedPush($"INFO user_online {visitor.Name}"));
    }

    [Fact]
    public async Task Who_was_online_before_is_not_announced_to_a_newcomer()
    {
        var old = await NewUserAsync("old");
        var between = await NewUserAsync("between");
        await old.ExpectPushAsync($"INFO user_online {between.Name}");
        var newcomer = await NewUserAsync("newcomer");
        await newcomer.ExpectNoPushAsync($"INFO user_online {old.Name}", old);
    }

    [Fact]
    public async Task Strangers_hear_nothing()
    {
        var observer = await NewUserAsync("observer");
        var stranger = await ConnectAsync();
        await stranger.ExpectAsync("HELLO 1", "OK hello");
        var visitor = await NewUserAsync("visitor");
        await observer.ExpectPushAsync($"INFO user_online {visitor.Name}");
        await stranger.SendAsync("QUIT");
        Assert.Equal("OK bye", await stranger.ReadLineAsync("waiting for OK bye and nothing before it"));
    }

    [Fact]
    public async Task A_refused_login_is_not_announced()
    {
        var (observer, user) = (await NewUserAsync("observer"), await NewUserAsync("user"));
        await observer.ExpectPushAsync($"INFO user_online {user.Name}");
        var second = await ConnectAsync();
        await second.ExpectErrorAsync($"AUTH {user.Name} {UniqueName.PasswordOf(user.Name)}", "ALREADY_CONNECTED");
        await second.DisposeAsync();
        await observer.ExpectNoPushAsync("INFO user_o", await WitnessAsync(observer));
    }

    [Fact]
    public async Task Of_contacts_only_reaches_those_who_have_written_and_were_written_to()
    {
        var earlier = await StartServerAsync();
        var (writer, talker) = (await LoginAsync(earlier, "stranger"), await LoginAsync(earlier, "friend"));
        await (await LoginAsync(earlier, "visitor")).LeaveAsync();
        await writer.QueueAsync("visitor", "nobody answers this");
        await talker.QueueAsync("visitor", "are you there?");
        var answering = await LoginAsync(earlier, "visitor");
        await answering.TellAsync("friend", "now both have written");
        await earlier.TerminateAsync();

        // A new process, so that no coming or going of before can cancel out those of now.
        var server = await StartServerAsync(
            ServerLaunch.Quick("--presence", "contacts") with { DatabasePath = earlier.DatabasePath, Secrets = earlier.Secrets });
        var (friend, stranger) = (await LoginAsync(server, "friend"), await LoginAsync(server, "stranger"));
        var visitor = await LoginAsync(server, "visitor");
        await friend.ExpectPushAsync("INFO user_online visitor");
        await friend.ExpectAsync("LIST", "INFO online: friend, visitor");
        await friend.ExpectAsync("INFO known: friend, stranger, visitor");
        await stranger.ExpectAsync("LIST", "INFO online: stranger");
        await stranger.ExpectAsync("INFO known: friend, stranger, visitor");
        await visitor.LeaveAsync();
        await friend.ExpectPushAsync("INFO user_offline visitor");
        await stranger.ExpectNoPushAsync("INFO user_o", await LoginAsync(server, "witness"));
    }

    [Fact]
    public async Task Can_be_off()
    {
        var server = await StartServerAsync("--presence", "off");
        var observer = await LoginAsync(server, "observer");
        var visitor = await LoginAsync(server, "visitor");
        await visitor.TellAsync("observer", "hello");
        await observer.ExpectAsync("LIST", "INFO online: observer");
        await observer.ExpectAsync("INFO known: observer, visitor");
        await visitor.LeaveAsync();
        await observer.ExpectNoPushAsync("INFO user_o", await LoginAsync(server, "witness"));
    }

    [Fact]
    public async Task Whoever_is_blocked_hears_and_lists_nothing_of_the_blocker_and_gets_no_receipt()
    {
        var server = await StartServerAsync();
        var (blocked, friend, blocker) = (
            await LoginAsync(server, "blocked"), await LoginAsync(server, "friend"), await LoginAsync(server, "blocker"));
        await blocked.ExpectPushAsync("INFO user_online blocker");
        var id = await blocked.TellAsync("blocker", "read this");
        await blocker.ExpectAsync("BLOCK blocked", "OK blocked blocked");
        await blocker.ExpectAsync($"READ {id}", $"OK read {id}");
        await blocked.ExpectAsync("LIST", "INFO online: blocked, friend");
        await blocked.ExpectAsync("INFO known: blocked, blocker, friend");
        await blocker.ExpectAsync("LIST", "INFO online: blocked, blocker, friend");
        await blocker.ExpectAsync("INFO known: blocked, blocker, friend");
        await blocker.LeaveAsync();
        await friend.ExpectPushAsync("INFO user_offline blocker");
        blocker = await LoginAsync(server, "blocker");
        await friend.ExpectPushAsync("INFO user_online blocker");

        await LoginAsync(server, "witness");
        await blocked.ExpectPushAsync("INFO user_online witness");
        Assert.Null(blocked.TakeArrivedPush("INFO user_offline blocker"));
        Assert.Null(blocked.TakeArrivedPush("INFO user_online blocker"));
        Assert.Null(blocked.TakeArrivedPush("READ "));
        await blocker.ExpectAliveAsync();
    }

    // The witness's own arrival is a push that the observer must have behind it.
    private async Task<RawClient> WitnessAsync(RawClient observer)
    {
        var witness = await NewUserAsync("witness");
        await observer.ExpectPushAsync($"INFO user_online {witness.Name}");
        return witness;
    }
}
