using System.Net;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Observability;

/// <summary>"not ready while draining, replaying, or unable to store".</summary>
public sealed class ReadinessTests : EndToEndTest
{
    private const int Megabytes = 64;

    [Fact]
    public async Task A_server_is_not_ready_before_its_database_is_open_but_it_lives()
    {
        var disk = await TroubleDisk.BuildAsync(NewFolder());
        disk.Slow();
        var server = Own(ServerProcess.Launch(ServerLaunch.Quick(Watcher.Flags) with { Environment = disk.Environment }));
        await disk.UntilWaitedForAsync();
        var watcher = Own(await Watcher.OfAsync(server));
        Assert.Equal((false, "not ready: starting: the log is being replayed\n"), await watcher.ReadinessAsync());
        Assert.Equal(0, (await watcher.MetricsAsync())["internalchat_ready"]);
        using var live = await watcher.GetAsync("/healthz/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        disk.Heal();
        await server.UntilListeningAsync();
        await watcher.UntilReadyAsync();
        Assert.Equal(1, (await watcher.MetricsAsync())["internalchat_ready"]);
    }

    [Fact]
    public async Task A_full_disk_makes_it_not_ready_until_there_is_room_again_though_no_message_comes()
    {
        var disk = Own(await SmallFileSystem.MountAsync(Megabytes));
        var (server, watcher) = await ObservedServerAsync(
            ServerLaunch.Quick(Watcher.Flags) with { DatabasePath = Path.Combine(disk.Path, "chat.db") });
        server.Output.ExpectErrors(".");
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var alice = await LoginAsync(server, "alice");
        await alice.QueueAsync("bob", "while there is room");
        await watcher.UntilReadyAsync();

        disk.Fill();
        var body = new string('x', 3_500);
        // What is allocated already may take some more; at most as much as the whole disk holds.
        for (var left = Megabytes * 1024 * 1024 / body.Length; (await watcher.ReadinessAsync()).IsReady; left--)
        {
            Assert.True(left > 0, "The disk is full, but the server stays ready.");
            await alice.AskAsync($"MSG bob {body}");
        }

        await watcher.UntilNotReadyAsync("messages cannot be stored: ");
        await watcher.UntilNotReadyAsync("full");
        Assert.InRange((await watcher.MetricsAsync())["""internalchat_storage_failures_total{operation="batch"}"""], 1, double.MaxValue);

        disk.MakeRoom();
        await watcher.UntilReadyAsync();
        await alice.QueueAsync("bob", "there is room");
    }

    [Fact]
    public async Task Idle_connections_keep_no_probe_out_however_many_they_are()
    {
        var (server, watcher) = await ObservedServerAsync(ServerLaunch.Quick(Watcher.Flags));
        var place = new IPEndPoint(IPAddress.Loopback, watcher.Address.Port);
        string[][] openings = [[], ["GET /healthz/live HTTP/1.1\r"], ["GET /healthz/live HTTP/1.1\r", "Host: chat\r", "\r"]];
        for (var connection = 0; connection < 300; connection++)
        {
            var idle = Own(await RawClient.ConnectAsync(place));
            await idle.SendAsync(openings[connection % openings.Length]);
        }

        await watcher.UntilReadyAsync();
        await (await LoginAsync(server, "alice")).ExpectAliveAsync();
    }

    [Fact]
    public async Task A_disk_that_does_not_answer_makes_it_not_ready_until_it_does()
    {
        var (disk, _, watcher, reply) = await MessageUnderWayAsync();
        await watcher.UntilNotReadyAsync("the disk does not answer");
        disk.Heal();
        Assert.True(ServerFrame.IsQueued(await reply));
        await watcher.UntilReadyAsync();
    }

    [Fact]
    public async Task A_server_that_stops_is_not_ready_while_its_sessions_end()
    {
        var (disk, server, watcher, reply) = await MessageUnderWayAsync();
        var stopping = server.TerminateAsync();
        await watcher.UntilNotReadyAsync("draining");
        disk.Heal();
        Assert.True(ServerFrame.IsQueued(await reply));
        Assert.Equal(0, await stopping);
    }

    /// <summary>A server that waits for a disk, which does not answer until it is healed, to store one message.</summary>
    private async Task<(TroubleDisk Disk, ServerProcess Server, Watcher Watcher, Task<string> Reply)> MessageUnderWayAsync()
    {
        var disk = await TroubleDisk.BuildAsync(NewFolder());
        var (server, watcher) = await ObservedServerAsync(ServerLaunch.Quick(Watcher.Flags) with { Environment = disk.Environment });
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var alice = await LoginAsync(server, "alice");
        disk.Slow();
        var reply = alice.AskAsync("MSG bob hi");
        await disk.UntilWaitedForAsync();
        return (disk, server, watcher, reply);
    }

    private async Task<(ServerProcess Server, Watcher Watcher)> ObservedServerAsync(ServerLaunch launch)
    {
        var server = await StartServerAsync(launch);
        return (server, Own(await Watcher.OfAsync(server)));
    }
}
