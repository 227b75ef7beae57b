using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>
/// "20 accepted per user in any 10 s (a setting; can be off)", on servers of its own. Where it matters that the window has not passed, the
/// window is a day.
/// </summary>
public sealed class RateLimitTests : EndToEndTest
{
    private const int Allowed = 20;

    [Fact]
    public async Task The_default_is_20_messages_in_10_seconds()
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["config", "--json"]);
        using var settings = JsonDocument.Parse(run.StandardOutput);
        Assert.Equal("20/10s", settings.RootElement.GetProperty("rate-limit").GetProperty("value").GetString());
    }

    [Fact]
    public async Task The_21st_message_in_the_window_is_refused_and_not_stored()
    {
        var (_, sender) = await LimitedServerAsync();
        await SendAllowedAsync(sender);
        await sender.ExpectErrorAsync("MSG recipient one too many", "RATE_LIMIT");
        await sender.ExpectAliveAsync();
        Assert.Equal(Allowed, (await sender.HistoryAsync("recipient", "200")).Count);
    }

    [Fact]
    public async Task Refuses_in_the_middle_of_pipelined_messages_that_message_only()
    {
        var (_, sender) = await LimitedServerAsync();
        await sender.SendAsync(Enumerable.Range(0, 40).SelectMany(number => new[] { $"MSG recipient {number}", "PING" }));
        for (var number = 0; number < 40; number++)
        {
            var reply = await sender.ReadReplyAsync("waiting for the answer to MSG");
            Assert.StartsWith(number < Allowed ? "OK queued " : "ERROR RATE_LIMIT ", reply, StringComparison.Ordinal);
            await sender.ExpectAsync("PONG");
        }

        var stored = await sender.HistoryAsync("recipient", "200");
        var expected = Enumerable.Range(0, Allowed).Select(number => number.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(expected, stored.Select(ServerFrame.BodyOf));
    }

    [Fact]
    public async Task Messages_refused_before_the_rate_check_do_not_count()
    {
        var (_, sender) = await LimitedServerAsync();
        for (var round = 0; round < Allowed; round++)
        {
            await sender.ExpectErrorAsync("MSG sender to myself", "INVALID_TARGET");
            await sender.ExpectErrorAsync($"MSG recipient {new string('x', 4_097)}", "MESSAGE_TOO_LONG");
            await sender.ExpectErrorAsync("MSG recipient", "BAD_REQUEST");
        }

        await SendAllowedAsync(sender);
        await sender.ExpectErrorAsync("MSG recipient one too many", "RATE_LIMIT");
    }

    [Fact]
    public async Task Counts_per_user_and_not_per_connection_or_recipient()
    {
        var (server, sender) = await LimitedServerAsync();
        await SendAllowedAsync(sender);
        await sender.LeaveAsync();
        var again = await LoginAsync(server, "sender");
        var other = await LoginAsync(server, "other");
        await again.ExpectErrorAsync("MSG recipient one too many", "RATE_LIMIT");
        await again.ExpectErrorAsync("MSG other one too many", "RATE_LIMIT");
        await other.QueueAsync("recipient", "not my fault");
    }

    [Fact]
    public async Task Other_commands_are_not_limited()
    {
        var (_, sender) = await LimitedServerAsync();
        for (var round = 0; round < 3 * Allowed; round++)
        {
            await sender.ExpectAliveAsync();
            await sender.ExpectErrorAsync("READ 0", "UNKNOWN_MESSAGE");
            Assert.Empty(await sender.HistoryAsync("recipient"));
            await sender.ExpectAsync("UNBLOCK recipient", "OK unblocked recipient");
        }
    }

    [Fact]
    public async Task A_message_is_accepted_again_when_the_window_has_passed()
    {
        var (_, sender) = await LimitedServerAsync("2/1s");
        // When those that were accepted were sent.
        var accepted = new List<long>();
        // Three fall into one second or do not, as the machine pleases; before long they do.
        await Patience.UntilAsync(async () => !await IsAcceptedAsync(), static () => "a message is refused");
        await Patience.UntilAsync(IsAcceptedAsync, static () => "a message is accepted again");
        var waited = Stopwatch.GetElapsedTime(accepted[^3]);
        Assert.True(waited >= TimeSpan.FromSeconds(0.95), $"Accepted again after {waited}.");
        Assert.Equal(Math.Min(accepted.Count, 200), (await sender.HistoryAsync("recipient", "200")).Count);

        async Task<bool> IsAcceptedAsync()
        {
            var sent = Stopwatch.GetTimestamp();
            var reply = await sender.AskAsync("MSG recipient hi");
            if (!ServerFrame.IsQueued(reply))
            {
                Assert.StartsWith("ERROR RATE_LIMIT ", reply, StringComparison.Ordinal);
                return false;
            }

            accepted.Add(sent);
            return true;
        }
    }

    [Fact]
    public async Task Can_be_off()
    {
        var (_, sender) = await LimitedServerAsync("off");
        await sender.SendAsync(Enumerable.Range(0, 1_000).Select(number => $"MSG recipient {number}"));
        for (var number = 0; number < 1_000; number++)
            Assert.True(ServerFrame.IsQueued(await sender.ReadReplyAsync("waiting for OK queued")));
    }

    private async Task<(ServerProcess Server, RawClient Sender)> LimitedServerAsync(string limit = "20/1d")
    {
        var server = await StartServerAsync(ServerLaunch.Defaults("--password-iterations", "1000", "--rate-limit", limit));
        var recipient = await LoginAsync(server, "recipient");
        await recipient.LeaveAsync();
        return (server, await LoginAsync(server, "sender"));
    }

    private static async Task SendAllowedAsync(RawClient sender)
    {
        for (var number = 0; number < Allowed; number++)
            await sender.QueueAsync("recipient", $"number {number}");
    }
}
