using System.Diagnostics;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>
/// "OK queued and DELIVERED are sent only when the message is on disk (fsync, by default)" and "a slow disk delays what must
/// be stored, not PING, HISTORY or LIST of others".
/// </summary>
public sealed class TroubleDiskTests : EndToEndTest
{
    [Fact]
    public async Task Nobody_hears_of_a_message_before_fsync_returned_and_who_stores_nothing_is_not_delayed()
    {
        var (disk, server) = await ServerAsync();
        var (sender, recipient) = (await LoginAsync(server, "sender"), await LoginAsync(server, "recipient"));
        var other = await LoginAsync(server, "other");
        await sender.TellAsync("recipient", "while all is well");
        await recipient.ReadFromAsync("sender");
        await other.ExpectAliveAsync();

        disk.Slow();
        var reply = sender.AskAsync("MSG recipient on a slow disk");
        await disk.UntilWaitedForAsync();
        for (var round = 0; round < 20; round++)
        {
            await recipient.ExpectAliveAsync();
            Assert.Single(await recipient.HistoryAsync("sender"));
            Assert.Equal("INFO online: other, recipient, sender", await other.AskAsync("LIST"));
            await other.ReadReplyAsync("waiting for the known users");
        }

        Assert.Null(recipient.TakeArrivedPush("FROM "));
        Assert.False(reply.IsCompleted, "The message was acknowledged before it was on disk.");

        disk.Heal();
        Assert.Equal(ServerFrame.IdOf(await recipient.ReadFromAsync("sender")), ServerFrame.IdOf(await reply));
    }

    [Fact]
    public async Task A_queued_message_is_not_acknowledged_before_fsync_returned()
    {
        var (disk, server) = await ServerAsync();
        await (await LoginAsync(server, "recipient")).LeaveAsync();
        var (sender, other) = (await LoginAsync(server, "sender"), await LoginAsync(server, "other"));
        disk.Slow();
        var reply = sender.AskAsync("MSG recipient on a slow disk");
        await disk.UntilWaitedForAsync();
        await other.ExpectAliveAsync();
        Assert.False(reply.IsCompleted, "The message was acknowledged before it was on disk.");
        disk.Heal();
        Assert.True(ServerFrame.IsQueued(await reply));
    }

    [Fact]
    public async Task The_time_that_the_disk_takes_is_seen_apart_from_the_rest_of_a_commit()
    {
        var disk = await TroubleDisk.BuildAsync(NewFolder());
        var server = await StartServerAsync(ServerLaunch.Quick(Watcher.Flags) with { Environment = disk.Environment });
        var watcher = Own(await Watcher.OfAsync(server));
        await (await LoginAsync(server, "recipient")).LeaveAsync();
        var (sender, other) = (await LoginAsync(server, "sender"), await LoginAsync(server, "other"));
        var before = await watcher.MetricsAsync();
        disk.Slow();
        var reply = sender.AskAsync("MSG recipient on a slow disk");
        await disk.UntilWaitedForAsync();
        var waiting = Stopwatch.StartNew();
        for (var round = 0; round < 20; round++)
            await other.ExpectAliveAsync();
        waiting.Stop();
        disk.Heal();
        await reply;
        for (var message = 0; message < 100; message++)
            await sender.QueueAsync("recipient", "on a sound one");

        var after = await watcher.MetricsAsync();
        var (commits, syncs) = (Grown("commit_duration_seconds_count"), Grown("sync_duration_seconds_count"));
        Assert.InRange(commits, 101, double.MaxValue);
        // One may be made while the metrics are collected.
        Assert.InRange(syncs, commits, commits + 1);
        Assert.InRange(Grown("sync_duration_seconds_sum"), waiting.Elapsed.TotalSeconds, Grown("commit_duration_seconds_sum"));

        double Grown(string series) => after["internalchat_storage_" + series] - before["internalchat_storage_" + series];
    }

    [Fact]
    public async Task Messages_that_a_broken_disk_did_not_take_are_refused_and_nobody_gets_them()
    {
        var (disk, server) = await ServerAsync();
        server.Output.ExpectErrors(".");
        await (await LoginAsync(server, "offline")).LeaveAsync();
        var (sender, online) = (await LoginAsync(server, "sender"), await LoginAsync(server, "online"));
        await sender.TellAsync("online", "before");
        disk.Break();
        for (var round = 0; round < 3; round++)
        {
            await sender.ExpectErrorAsync("MSG online refused", "STORAGE");
            await sender.ExpectErrorAsync("MSG offline refused", "STORAGE");
            await sender.ExpectAliveAsync();
            Assert.Single(await online.HistoryAsync("sender"));
        }

        disk.Heal();
        await UntilAcceptedAsync(sender, "online", "after");
        await sender.TellAsync("offline", "after");
        Assert.Equal("before", ServerFrame.BodyOf(await online.ReadFromAsync("sender")));
        Assert.Equal("after", ServerFrame.BodyOf(await online.ReadFromAsync("sender")));
        var offline = await LoginAsync(server, "offline");
        Assert.Equal("after", ServerFrame.BodyOf(await offline.ReadFromAsync("sender")));
        Assert.Equal(["before", "after"], (await online.HistoryAsync("sender")).Select(ServerFrame.BodyOf));
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task A_message_that_was_refused_does_not_come_back_when_the_server_is_killed()
    {
        var (disk, server) = await ServerAsync();
        server.Output.ExpectErrors(".");
        await (await LoginAsync(server, "recipient")).LeaveAsync();
        var sender = await LoginAsync(server, "sender");
        var kept = await sender.QueueAsync("recipient", "kept");
        disk.Break();
        await sender.ExpectErrorAsync("MSG recipient refused", "STORAGE");
        await server.KillAsync();
        disk.Heal();

        var restarted = await StartAgainAsync(server);
        var recipient = await LoginAsync(restarted, "recipient");
        Assert.Equal(kept, ServerFrame.IdOf(await recipient.ReadFromAsync("sender")));
        await recipient.ExpectNoPushAsync("FROM ", await LoginAsync(restarted, "witness"));
        Assert.Equal(["kept"], (await recipient.HistoryAsync("sender")).Select(ServerFrame.BodyOf));
    }

    private async Task<(TroubleDisk Disk, ServerProcess Server)> ServerAsync()
    {
        var disk = await TroubleDisk.BuildAsync(NewFolder());
        return (disk, await StartServerAsync(ServerLaunch.Quick() with { Environment = disk.Environment }));
    }

    private static Task UntilAcceptedAsync(RawClient sender, string recipient, string body) => Patience.UntilAsync(
        async () => !(await sender.AskAsync($"MSG {recipient} {body}")).StartsWith("ERROR STORAGE ", StringComparison.Ordinal),
        static () => "the disk works again and a message is accepted");
}
