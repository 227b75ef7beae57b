using System.Diagnostics;
using System.Globalization;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.LinkDown;

/// <summary>"A connection whose peer has vanished is noticed, so nobody is locked out for long", and loses nothing by it.</summary>
[Trait("Category", "Heavy")]
public sealed class LinkDownTests(ITestOutputHelper output) : AdministrationTest
{
    private const int Messages = 200;

    [Fact]
    public async Task What_was_sent_while_the_link_was_down_comes_on_the_same_connection_in_order_and_once()
    {
        var (network, server) = await NetworkAndServerAsync();
        var sender = await LoginAsync(server, "sender");
        var remote = await LoginAsync(server, "remote", FarSide(network));
        await TellAsync(sender, 0, 10);
        await ExpectAsync(remote, 0, 10);
        await network.PullAsync();
        await TellAsync(sender, 10, Messages);
        await network.PlugInAsync();
        await ExpectAsync(remote, 10, Messages);
        await remote.ExpectAliveAsync();
    }

    /// <summary>The silent one is owed nothing, so only keepalive can find it. Both in one test, for a minute is long.</summary>
    [Fact]
    public async Task Names_held_by_peers_that_vanished_are_free_within_a_minute_and_nothing_they_did_not_read_is_lost()
    {
        // Nobody is told of the other's end, which would be something that the silent one is owed.
        var (network, server) = await NetworkAndServerAsync("--presence", "off");
        var sender = await LoginAsync(server, "sender");
        var remote = await LoginAsync(server, "remote", FarSide(network));
        var silent = await LoginAsync(server, "silent", FarSide(network));
        await TellAsync(sender, 0, 10);
        await ExpectAsync(remote, 0, 10);
        await silent.ExpectAliveAsync();
        Assert.Equal(["remote", "sender", "silent"], await OnlineAsync(server));
        await network.PullAsync();
        var sincePulled = Stopwatch.StartNew();
        await TellAsync(sender, 10, Messages);
        await ExpectFreedAsync(server, sincePulled, "remote", "silent");

        // The read ones may come again, because the connection broke; after them there may be no gap.
        await network.PlugInAsync();
        var again = await LoginAsync(server, "remote", FarSide(network));
        var first = int.Parse(ServerFrame.BodyOf(await again.ReadFromAsync("sender")), CultureInfo.InvariantCulture);
        Assert.InRange(first, 0, 10);
        await ExpectAsync(again, first + 1, Messages);
    }

    private async Task<(NetworkNamespace Network, ServerProcess Server)> NetworkAndServerAsync(params string[] flags)
    {
        var network = Own(await NetworkNamespace.CreateAsync());
        return (network, await StartServerAsync(ServerLaunch.Quick(flags) with { Host = network.NearAddress.ToString() }));
    }

    private static RawClientOptions FarSide(NetworkNamespace network) => new() { CreateSocket = network.CreateSocket };

    private static async Task TellAsync(RawClient sender, int first, int end)
    {
        for (var number = first; number < end; number++)
            await sender.TellAsync("remote", number.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task ExpectAsync(RawClient recipient, int first, int end)
    {
        for (var number = first; number < end; number++)
            Assert.Equal(number.ToString(CultureInfo.InvariantCulture), ServerFrame.BodyOf(await recipient.ReadFromAsync("sender")));
    }

    private async Task ExpectFreedAsync(ServerProcess server, Stopwatch sincePulled, params string[] names)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1));
        List<string> held = [.. names];
        do
        {
            await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            // How long the question takes is not the server's time.
            var asked = sincePulled.Elapsed;
            var online = await OnlineAsync(server);
            foreach (var name in held.Except(online).ToList())
            {
                held.Remove(name);
                output.WriteLine($"{name} free after {asked}");
            }

            Assert.True(
                held.Count == 0 || asked < TimeSpan.FromSeconds(65), $"Still held after {asked}: {string.Join(", ", held)}.");
        }
        while (held.Count > 0);
    }

    /// <summary>The operator's list, for users are told of nobody here.</summary>
    private async Task<string[]> OnlineAsync(ServerProcess server) =>
        [.. (await JsonAsync(server, "sessions", "list")).GetProperty("sessions").EnumerateArray()
            .Select(static session => session.GetProperty("user").GetString()!)];
}
