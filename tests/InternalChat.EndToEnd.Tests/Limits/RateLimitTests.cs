using System.Diagnostics;
using System.Globalization;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>"20 accepted per user in any 10 s (a setting; can be off)", on servers of its own.</summary>
public sealed class RateLimitTests : EndToEndTest
{
    private const int Allowed = 20;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceFirst = new();

    [Fact]
    public async Task The_21st_message_in_10_seconds_is_refused_and_not_stored()
    {
        var (_, sender) = await DefaultServerAsync();
        await SendAllowedAsync(sender);
        await sender.ExpectErrorAsync("MSG recipient one too many", "RATE_LIMIT");
        RequireInsideWindow();
        await sender.ExpectAliveAsync();
        Assert.Equal(Allowed, (await sender.HistoryAsync("recipient", "200")).Count);
    }

    [Fact]
    public async Task Refuses_in_the_middle_of_pipelined_messages_that_message_only()
    {
        var (_, sender) = await DefaultServerAsync();
        _sinceFirst.Start();
        await sender.SendAsync(Enumerable.Range(0, 40).SelectMany(number => new[] { $"MSG recipient {number}", "PING" }));
        for (var number = 0; number < 40; number++)
        {
            var reply = await sender.ReadReplyAsync("waiting for the answer to MSG");
            Assert.StartsWith(number < Allowed ? "OK queued " : "ERROR RATE_LIMIT ", reply, StringComparison.Ordinal);
            await sender.ExpectAsync("PONG");
        }

        RequireInsideWindow();
        var stored = await sender.HistoryAsync("recipient", "200");
        var expected = Enumerable.Range(0, Allowed).Select(number => number.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(expected, stored.Select(ServerFrame.BodyOf));
    }

    [Fact]
    public async Task Messages_refused_before_the_rate_check_do_not_count()
    {
        var (_, sender) = await DefaultServerAsync();
        for (var round = 0; round < Allowed; round++)
        {
            await sender.ExpectErrorAsync("MSG sender to myself", "INVALID_TARGET");
            await sender.ExpectErrorAsync($"MSG recipient {new string('x', 4_097)}", "MESSAGE_TOO_LONG");
            await sender.ExpectErrorAsync("MSG recipient", "BAD_REQUEST");
        }

        await SendAllowedAsync(sender);
        await sender.ExpectErrorAsync("MSG recipient one too many", "RATE_LIMIT");
        RequireInsideWindow();
    }

    [Fact]
    public async Task Counts_per_user_and_not_per_connection_or_recipient()
    {
        var (server, sender) = await DefaultServerAsync();
        await SendAllowedAsync(sender);
        await sender.LeaveAsync();
        var again = await LoginAsync(server, "sender");
        var other = await LoginAsync(server, "other");
        await again.ExpectErrorAsync("MSG recipient one too many", "RATE_LIMIT");
        await again.ExpectErrorAsync("MSG other one too many", "RATE_LIMIT");
        RequireInsideWindow();
        await other.QueueAsync("recipient", "not my fault");
    }

    [Fact]
    public async Task Other_commands_are_not_limited()
    {
        var (_, sender) = await DefaultServerAsync();
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
        var (_, sender) = await DefaultServerAsync("--rate-limit", "2/1s");
        _sinceFirst.Start();
        await sender.QueueAsync("recipient", "first");
        await sender.QueueAsync("recipient", "second");
        string reply;
        var refused = 0;
        do
        {
            reply = await sender.AskAsync("MSG recipient third");
            refused += reply.StartsWith("ERROR RATE_LIMIT ", StringComparison.Ordinal) ? 1 : 0;
        }
        while (!ServerFrame.IsQueued(reply));

        Assert.True(refused > 0, "The third message was never refused.");
        Assert.True(_sinceFirst.Elapsed >= TimeSpan.FromSeconds(0.95), $"Accepted again after {_sinceFirst.Elapsed}.");
        Assert.Equal(["first", "second", "third"], (await sender.HistoryAsync("recipient")).Select(ServerFrame.BodyOf));
    }

    [Fact]
    public async Task Can_be_off()
    {
        var (_, sender) = await DefaultServerAsync("--rate-limit", "off");
        await sender.SendAsync(Enumerable.Range(0, 1_000).Select(number => $"MSG recipient {number}"));
        for (var number = 0; number < 1_000; number++)
            Assert.True(ServerFrame.IsQueued(await sender.ReadReplyAsync("waiting for OK queued")));
    }

    private async Task<(ServerProcess Server, RawClient Sender)> DefaultServerAsync(params string[] flags)
    {
        var server = await StartServerAsync(ServerLaunch.Defaults(["--password-iterations", "1000", .. flags]));
        var recipient = await LoginAsync(server, "recipient");
        await recipient.LeaveAsync();
        return (server, await LoginAsync(server, "sender"));
    }

    private async Task SendAllowedAsync(RawClient sender)
    {
        _sinceFirst.Start();
        for (var number = 0; number < Allowed; number++)
            await sender.QueueAsync("recipient", $"number {number}");
    }

    // On a machine that stood still for so long the question was not asked.
    private void RequireInsideWindow() => Assert.SkipWhen(_sinceFirst.Elapsed >= Window, "This took longer than the window of the limit.");
}
