using System.Diagnostics;
using System.Net.Sockets;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Administration;

public sealed class DrainTests : AdministrationTest
{
    private const string Goodbye = "INFO server_shutdown";

    [Fact]
    public async Task At_once_everybody_is_told_and_the_exit_status_is_0()
    {
        var server = await StartServerAsync();
        var (alice, stranger) = (await LoginAsync(server, "alice"), await ConnectAsync(server));
        await stranger.ExpectAsync("HELLO 1", "OK hello");
        Assert.Equal("draining: 2 connections over 0 s\n", await DoneAsync(server, "drain", "--over", "0s", "--wait"));
        await alice.ExpectPushAsync(Goodbye);
        await alice.ExpectClosedAsync();
        await stranger.ExpectPushAsync(Goodbye);
        await stranger.ExpectClosedAsync();
        Assert.Equal(0, await server.WaitForEndAsync());
    }

    [Fact]
    public async Task While_it_drains_the_port_is_closed_the_others_talk_and_a_second_drain_is_refused()
    {
        var server = await StartServerAsync();
        var clients = new List<RawClient>();
        foreach (var name in new[] { "alice", "bob", "carol", "dave" })
            clients.Add(await LoginAsync(server, name));
        await DoneAsync(server, "drain", "--over", "1h");
        await Assert.ThrowsAsync<SocketException>(() => server.ConnectAsync());
        await RefusedAsync(server, 1, "drains already", "drain", "--over", "0s");
        var status = await JsonAsync(server, "status");
        Assert.Equal("draining", status.GetProperty("state").GetString());
        Assert.Equal(3, status.GetProperty("connections").GetInt32());
        var there = clients.Where(static client => client.TakeArrivedPush(Goodbye) is null).ToList();
        // Who has left is known only when it is read; whoever answers is still there.
        var talking = await AnsweringAsync(there);
        Assert.Equal(3, talking.Count);
        await talking[0].TellAsync(talking[1].Name, "still here");
        await talking[1].ReadFromAsync(talking[0].Name);
        Assert.Equal(0, await server.TerminateAsync());
        foreach (var client in talking)
            await client.ExpectPushAsync(Goodbye);
    }

    [Fact]
    public async Task Sessions_end_one_after_the_other_over_the_time()
    {
        const int sessions = 20;
        var over = TimeSpan.FromSeconds(2);
        var server = await StartServerAsync("--presence", "off");
        var clients = new List<RawClient>();
        for (var number = 0; number < sessions; number++)
            clients.Add(await LoginAsync(server, $"user-{number}"));
        var started = Stopwatch.GetTimestamp();
        var ends = clients.Select(async client =>
        {
            await client.ExpectPushAsync(Goodbye);
            await client.ExpectClosedAsync();
        }).ToList();
        await DoneAsync(server, "drain", "--over", "2s", "--wait");
        Assert.Equal(0, await server.WaitForEndAsync());
        await Task.WhenAll(ends);
        // The last one leaves one part of twenty before the end, no earlier whatever the machine does.
        Assert.InRange(Stopwatch.GetElapsedTime(started), over * 0.9, TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_drained_under_load()
    {
        const int senders = 8;
        var server = await StartServerAsync();
        await (await LoginAsync(server, "offline")).LeaveAsync();
        var clients = new List<RawClient>();
        for (var number = 0; number < senders; number++)
            clients.Add(await LoginAsync(server, $"sender-{number}"));
        var underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var streams = clients.Select(client => StreamAsync(client, underWay)).ToList();
        await underWay.Task;
        await DoneAsync(server, "drain", "--over", "1s");
        Assert.Equal(0, await server.WaitForEndAsync());
        var acknowledged = (await Task.WhenAll(streams)).SelectMany(static ids => ids).ToDictionary();
        await ExpectStoredAsync(server, "offline", acknowledged);
    }

    /// <summary>Sends in windows until the server ends the connection; the acknowledged ids.</summary>
    private static async Task<Dictionary<long, string>> StreamAsync(RawClient client, TaskCompletionSource underWay)
    {
        const int window = 64;
        var acknowledged = new Dictionary<long, string>();
        try
        {
            for (var first = 0; ; first += window)
            {
                await client.SendAsync(Enumerable.Range(first, window).Select(static number => $"MSG offline {number}"));
                for (var number = first; number < first + window; number++)
                {
                    var reply = await client.ReadReplyAsync("waiting for OK queued");
                    Assert.True(ServerFrame.IsQueued(reply), reply);
                    acknowledged.Add(ServerFrame.IdOf(reply), $"{client.Name} {number}");
                    if (acknowledged.Count == 100)
                        underWay.TrySetResult();
                }
            }
        }
        catch (Exception ended) when (ended is EndOfStreamException or IOException)
        {
            return acknowledged;
        }
    }

    private static async Task<List<RawClient>> AnsweringAsync(List<RawClient> clients)
    {
        var answering = new List<RawClient>();
        foreach (var client in clients)
        {
            try
            {
                await client.ExpectAliveAsync();
                answering.Add(client);
            }
            catch (Exception ended) when (ended is EndOfStreamException or IOException)
            {
                // It was told to leave.
            }
        }

        return answering;
    }
}
