using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Semantics;

/// <summary>"One connection per user. The second gets ALREADY_CONNECTED and stays unauthenticated."</summary>
public sealed class OneConnectionTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task The_second_connection_stays_unauthenticated_and_the_first_is_not_disturbed()
    {
        var first = await NewUserAsync("alice");
        var second = await ConnectAsync();
        await second.ExpectErrorAsync(Auth(first.Name), "ALREADY_CONNECTED");
        await second.ExpectErrorAsync("PING", "NOT_AUTHENTICATED");
        await first.ExpectAliveAsync();
        var sender = await NewUserAsync("sender");
        await sender.TellAsync(first.Name, "to the first");
        await first.ReadFromAsync(sender.Name);
    }

    [Fact]
    public async Task The_second_may_AUTH_once_the_first_quit()
    {
        var first = await NewUserAsync("alice");
        var second = await ConnectAsync();
        await second.ExpectErrorAsync(Auth(first.Name), "ALREADY_CONNECTED");
        await first.LeaveAsync();
        await second.ExpectAsync(Auth(first.Name), "OK authenticated");
        await second.ExpectAliveAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_second_may_AUTH_once_the_first_closed_or_was_reset(bool reset)
    {
        var observer = await NewUserAsync("observer");
        var first = await NewUserAsync("alice");
        var second = await ConnectAsync();
        await second.ExpectErrorAsync(Auth(first.Name), "ALREADY_CONNECTED");
        await observer.ExpectPushAsync($"INFO user_online {first.Name}");
        if (reset)
            first.Reset();
        else
            await first.DisposeAsync();
        await observer.ExpectPushAsync($"INFO user_offline {first.Name}");
        await second.ExpectAsync(Auth(first.Name), "OK authenticated");
    }

    [Fact]
    public async Task The_second_may_AUTH_as_somebody_else()
    {
        var first = await NewUserAsync("alice");
        var second = await ConnectAsync();
        await second.ExpectErrorAsync(Auth(first.Name), "ALREADY_CONNECTED");
        await second.ExpectAsync(Auth(UniqueName.Of("bob")), "OK registered");
    }

    [Fact]
    public async Task Of_many_that_race_for_a_known_name_one_wins()
    {
        var name = await OfflineUserAsync("wanted");
        for (var round = 0; round < 10; round++)
        {
            var racers = new List<RawClient>();
            for (var racer = 0; racer < 10; racer++)
                racers.Add(await ConnectAsync());
            var replies = await Task.WhenAll(racers.Select(racer => racer.AskAsync(Auth(name))));
            var winner = racers[Assert.Single(replies.Index(), reply => reply.Item == "OK authenticated").Index];
            Assert.All(
                replies.Where(reply => reply != "OK authenticated"),
                reply => Assert.StartsWith("ERROR ALREADY_CONNECTED ", reply, StringComparison.Ordinal));
            await winner.LeaveAsync();
        }
    }

    [Fact]
    public async Task Of_many_that_race_for_a_new_name_one_registers_it()
    {
        for (var round = 0; round < 10; round++)
        {
            var name = UniqueName.Of("new");
            var racers = new List<RawClient>();
            for (var racer = 0; racer < 10; racer++)
                racers.Add(await ConnectAsync());
            var replies = await Task.WhenAll(racers.Select(racer => racer.AskAsync(Auth(name))));
            Assert.Single(replies, reply => reply is "OK registered" or "OK authenticated");
            Assert.Equal(9, replies.Count(reply => reply.StartsWith("ERROR ALREADY_CONNECTED ", StringComparison.Ordinal)));
        }
    }

    private static string Auth(string name) => $"AUTH {name} {UniqueName.PasswordOf(name)}";
}
