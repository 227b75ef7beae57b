using System.Diagnostics;
using System.Text.Json;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>"A user who asks for more by HISTORY and LIST … is answered later, and nothing is refused."</summary>
public sealed class ReadingLimitTests : EndToEndTest
{
    [Fact]
    public async Task The_default_is_15000_lines_in_a_minute()
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["config", "--json"]);
        using var settings = JsonDocument.Parse(run.StandardOutput);
        Assert.Equal("15000/1m", settings.RootElement.GetProperty("reading-limit").GetProperty("value").GetString());
    }

    [Fact]
    public async Task What_is_too_much_comes_later_and_everything_behind_it_in_order()
    {
        // A LIST of two lines counts as thirty: two are twenty too many, which is two seconds.
        var server = await StartServerAsync(
            ServerLaunch.Defaults("--password-iterations", "1000", "--presence", "off", "--reading-limit", "40/4s"));
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        var sent = Stopwatch.GetTimestamp();
        await alice.SendAsync("LIST", "LIST", "LIST", "MSG bob hi", "PING");
        for (var list = 0; list < 2; list++)
            await ExpectListAsync(alice);
        await bob.SendAsync("LIST", "PING");
        await ExpectListAsync(bob);
        await bob.ExpectAsync("PONG");
        await ExpectListAsync(alice);
        var waited = Stopwatch.GetElapsedTime(sent);
        Assert.True(waited >= TimeSpan.FromSeconds(1.95), $"Answered after {waited}.");
        Assert.True(ServerFrame.IsDelivered(await alice.ReadReplyAsync("waiting for the answer to MSG")));
        await alice.ExpectAsync("PONG");
        await bob.ReadPushAsync("FROM 1 alice ");
    }

    private static async Task ExpectListAsync(RawClient client)
    {
        await client.ExpectAsync($"INFO online: {client.Name}");
        await client.ExpectAsync("INFO known: alice, bob");
    }
}
