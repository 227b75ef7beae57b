using System.Diagnostics;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Shutdown;

/// <summary>"server_shutdown before a graceful stop", after which nothing acknowledged is lost.</summary>
public sealed class GracefulStopTests(ITestOutputHelper output) : EndToEndTest
{
    [Fact]
    public async Task SIGTERM_is_announced_to_everybody_and_the_exit_status_is_0()
    {
        var server = await StartServerAsync();
        var users = new[] { await LoginAsync(server, "alice"), await LoginAsync(server, "bob"), await LoginAsync(server, "carol") };
        var stranger = await ConnectAsync(server);
        await stranger.ExpectAsync("HELLO 1", "OK hello");
        var stopping = server.TerminateAsync();
        foreach (var user in users)
        {
            await user.ExpectPushAsync("INFO server_shutdown");
            await user.ExpectClosedAsync();
        }

        await stranger.ExpectClosedAsync();
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task Without_any_connection_the_exit_status_is_0()
    {
        var server = await StartServerAsync();
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_read_does_not_hold_up_the_stop()
    {
        var server = await StartServerAsync();
        var stuck = await LoginAsync(server, "stuck", new RawClientOptions { ReceiveBufferBytes = 4_096 });
        var sender = await LoginAsync(server, "sender");
        var body = new string('b', 4_000);
        await sender.SendAsync(Enumerable.Range(0, 3_000).Select(_ => $"MSG stuck {body}"));
        for (var number = 0; number < 3_000; number++)
            await sender.ReadReplyAsync("waiting for an acknowledgement");
        var stopping = Stopwatch.StartNew();
        Assert.Equal(0, await server.TerminateAsync());
        output.WriteLine($"stopped after {stopping.Elapsed}");
        await stuck.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_stopped_in_the_middle_of_a_stream()
    {
        const int senders = 4;
        const int messages = 5_000;
        var server = await StartServerAsync();
        await (await LoginAsync(server, "offline")).LeaveAsync();
        var clients = new List<RawClient>();
        for (var number = 0; number < senders; number++)
            clients.Add(await LoginAsync(server, $"sender-{number}"));

        var underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var streams = clients.Select(client => StreamAsync(client, messages, underWay)).ToList();
        await underWay.Task;
        Assert.Equal(0, await server.TerminateAsync());
        var acknowledged = (await Task.WhenAll(streams)).SelectMany(ids => ids).ToDictionary();
        Assert.NotEmpty(acknowledged);
        await ExpectStoredAsync(server, "offline", acknowledged);
    }

    [Fact]
    public async Task The_address_is_free_for_the_next_server_at_once()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        var port = server.EndPoint.Port;
        Assert.Equal(0, await server.TerminateAsync());
        var next = await StartServerAsync(ServerLaunch.Quick("--port", $"{port}") with { DatabasePath = server.DatabasePath });
        Assert.Equal(port, next.EndPoint.Port);
        await LoginAsync(next, "alice");
    }

    private static async Task<Dictionary<long, string>> StreamAsync(RawClient client, int messages, TaskCompletionSource underWay)
    {
        var acknowledged = new Dictionary<long, string>();
        var sending = client.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG offline {number}"));
        try
        {
            for (var number = 0; number < messages; number++)
            {
                var reply = await client.ReadReplyAsync("waiting for OK queued");
                if (!ServerFrame.IsQueued(reply))
                    break;
                acknowledged.Add(ServerFrame.IdOf(reply), $"{client.Name} {number}");
                if (number == 100)
                    underWay.TrySetResult();
            }

            await sending;
        }
        catch (Exception ended) when (ended is EndOfStreamException or IOException)
        {
            // The server stopped; what it had acknowledged until then is what counts.
        }

        return acknowledged;
    }
}
