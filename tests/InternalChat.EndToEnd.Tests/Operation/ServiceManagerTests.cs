using System.Diagnostics;
using System.Globalization;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Operation;

/// <summary>What the server tells systemd: readiness, reloading, the end, and that it is alive.</summary>
public sealed class ServiceManagerTests : EndToEndTest
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task It_is_ready_when_it_listens_says_when_it_reloads_and_when_it_stops()
    {
        using var manager = new NotifySocket(NewFolder());
        var server = await StartServerAsync(ServerLaunch.Quick() with { Environment = manager.Environment() });
        Assert.Contains("READY=1", await manager.ReceiveAsync("waiting for the server to be ready"));
        await LoginAsync(server, "alice");

        await server.ReloadAsync();
        var reloading = await manager.ReceiveAsync("waiting for the server to reload");
        Assert.Equal("RELOADING=1", reloading[0]);
        var stamp = Assert.Single(reloading, static line => line.StartsWith("MONOTONIC_USEC=", StringComparison.Ordinal));
        var microseconds = long.Parse(stamp.Split('=')[1], CultureInfo.InvariantCulture);
        // The same clock; TickCount64 is coarse and would stand some milliseconds before the stamp.
        Assert.InRange(Stopwatch.GetElapsedTime(0).TotalMicroseconds - microseconds, 0, 60_000_000);
        Assert.Contains("READY=1", await manager.ReceiveAsync("waiting for the server to have reloaded"));

        Assert.Equal(0, await server.TerminateAsync());
        Assert.Equal(["STOPPING=1"], await manager.ReceiveAsync("waiting for the server to stop"));
    }

    [Fact]
    public async Task A_server_that_cannot_start_is_never_ready()
    {
        using var manager = new NotifySocket(NewFolder());
        var server = await StartServerAsync();
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["--port", $"{server.EndPoint.Port}"], manager.Environment());
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(0, await manager.CountAsync(TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public async Task It_is_alive_while_its_writer_is_and_not_while_that_waits_for_the_disk()
    {
        var disk = await TroubleDisk.BuildAsync(NewFolder());
        using var manager = new NotifySocket(NewFolder());
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = disk.Environment.Concat(manager.Environment(Watchdog)).ToDictionary(),
        });
        Assert.Contains("READY=1", await manager.ReceiveAsync("waiting for the server to be ready"));
        var (alice, _) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        for (var ping = 0; ping < 3; ping++)
            Assert.Contains("WATCHDOG=1", await manager.ReceiveAsync("waiting for a ping"));

        disk.Slow();
        await alice.SendAsync("MSG bob hi");
        await disk.UntilWaitedForAsync();
        // Once more at most, of the last turn before the disk got stuck.
        Assert.InRange(await manager.CountAsync(Watchdog), 0, 1);

        disk.Heal();
        Assert.Contains("WATCHDOG=1", await manager.ReceiveAsync("waiting for a ping after the disk answers again"));
        Assert.StartsWith("DELIVERED ", await alice.ReadReplyAsync("waiting for the message to be stored"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_manager_that_is_not_there_does_not_keep_the_server_from_its_work()
    {
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = NewFolder().File("nobody.sock") },
        });
        await LoginAsync(server, "alice");
    }
}
