using System.Globalization;
using InternalChat.Flood.Options;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>The scenarios of many sessions, against a real server, and against one that does not do what they expect.</summary>
public sealed class CrowdScenarioTests
{
    private const string Presence = "presence --watchers 3 --churn 6 --rate 30 --duration 700ms";

    private const string Slow = "slow --receivers 1 --rate 50 --duration 200ms";

    [Theory]
    [InlineData("connect --connections 5 --ping-interval 50ms --duration 200ms")]
    [InlineData("login --logins 5 --then-quit --duration 500ms")]
    [InlineData("login --logins 5 --then-quit --rate 30 --duration 500ms --chat-pairs 1")]
    [InlineData(Presence)]
    [InlineData($"{Presence} --ping-interval 50ms")]
    public async Task Finds_nothing_wrong_with_a_sound_server(string arguments)
    {
        await using var server = await ServerProcess.StartAsync();
        var (_, output) = await FloodRun.AgainstAsync(server.EndPoint.Port, arguments);
        FloodRun.AssertProved(output);
    }

    [Theory]
    [InlineData("login --logins 5")]
    [InlineData("login --logins 5 --reconnect")]
    [InlineData("login --logins 5 --rate 20")]
    public async Task Finds_nothing_wrong_with_a_sound_server_that_lets_all_in(string arguments)
    {
        await using var server = await ServerProcess.StartAsync();
        var (_, output) = await FloodRun.UntilSeenAsync(server, arguments, " s  connections 5", times: 1);
        FloodRun.AssertProved(output);
        Assert.Contains("5 online at the end", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_who_leave_at_once_come_again_and_again()
    {
        await using var server = await ServerProcess.StartAsync();
        var (status, output) = await FloodRun.UntilSeenAsync(server, "login --logins 2 --then-quit", "OK bye", times: 3);
        Assert.True(status == ExitStatus.Success, output);
        var logins = int.Parse(
            Assert.Single(FloodRun.Lines(output, "counted")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            NumberStyles.AllowThousands);
        Assert.InRange(logins, 3, int.MaxValue);
    }

    [Fact]
    public async Task A_server_that_does_not_say_goodbye_is_noticed()
    {
        await using var server = await ServerProcess.StartAsync();
        var seen = new SeenLines("OK bye");
        using var proxy = new TamperingProxy(server.EndPoint, () => seen.Note(line => line == "OK bye" ? null : [line]));
        var (status, output) = await FloodRun.UntilAsync(seen, proxy.Port, "login --logins 1 --then-quit");
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Matches("failure    [1-9][0-9,]* without goodbye", output);
    }

    [Fact]
    public async Task A_user_who_is_still_online_after_leaving_is_noticed()
    {
        await using var server = await ServerProcess.StartAsync();
        using var proxy = new TamperingProxy(
            server.EndPoint, () => line => [line.Replace("INFO online: ", "INFO online: flood-c-00001, ", StringComparison.Ordinal)]);
        var (status, output) = await FloodRun.AgainstAsync(proxy.Port, "login --logins 1 --then-quit --duration 200ms");
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Contains("failure    1 online at the end", output, StringComparison.Ordinal);
    }

    [Fact]
    public Task Users_cannot_both_come_back_to_stay_and_leave_at_once() => FloodRun.AssertRefusedAsync("login --reconnect --then-quit");

    [Fact]
    public async Task Connect_notices_a_connection_that_is_dropped()
    {
        await using var server = await ServerProcess.StartAsync();
        using var proxy = new TamperingProxy(
            server.EndPoint, () => line => line.StartsWith("PONG", StringComparison.Ordinal) ? null : [line]);
        // Without connections it ends by itself.
        var (status, output) = await FloodRun.AgainstAsync(proxy.Port, "connect --connections 2 --ping-interval 50ms --duration 1h");
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Contains("connections lost", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("off", "all", "wrong final states")]
    [InlineData("all", "none", "presence changes")]
    public async Task Presence_notices_a_server_that_is_set_otherwise(string presence, string expected, string failure)
    {
        await using var server = await ServerProcess.StartAsync("--presence", presence);
        var (status, output) = await FloodRun.AgainstAsync(server.EndPoint.Port, $"{Presence} --expect-presence {expected}");
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Contains(failure, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Presence_expects_none_of_a_server_that_is_set_so()
    {
        await using var server = await ServerProcess.StartAsync("--presence", "off");
        var (_, output) = await FloodRun.AgainstAsync(server.EndPoint.Port, $"{Presence} --expect-presence none");
        FloodRun.AssertProved(output);
    }

    [Fact]
    public async Task Presence_notices_a_single_line_that_is_missing()
    {
        await using var server = await ServerProcess.StartAsync();
        using var proxy = new TamperingProxy(
            server.EndPoint, () => line => line == "INFO user_offline flood-u-00001" ? [] : [line]);
        var (status, output) = await FloodRun.AgainstAsync(proxy.Port, "presence --watchers 1 --churn 2 --rate 1 --duration 1500ms");
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Contains("1 wrong final states", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_finds_nothing_wrong_with_a_sound_server_that_holds_messages_back()
    {
        await using var server = await ServerProcess.StartAsync();
        // So is acknowledged what the server keeps because the sockets take no more, and also what came before it pushed to the receiver:
        // as many as no sockets hold, of 4 KiB each, are surely some of the first.
        var (_, output) = await FloodRun.UntilSeenAsync(
            server, "slow --receivers 1 --rate 5000", "OK queued ", times: 5_000);
        FloodRun.AssertProved(output);
    }

    [Fact]
    public async Task Slow_notices_a_message_that_is_lost()
    {
        await using var server = await ServerProcess.StartAsync();
        using var proxy = new TamperingProxy(server.EndPoint, () => OnThirdMessage([]));
        var (status, output) = await FloodRun.AgainstAsync(proxy.Port, Slow);
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Contains("1 slow lost", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_receivers_log_in_again_where_they_were_too_slow()
    {
        await using var server = await ServerProcess.StartAsync();
        var connections = 0;
        // The first connection asks the server, the second is the receiver's.
        using var proxy = new TamperingProxy(
            server.EndPoint, () => Interlocked.Increment(ref connections) == 2 ? CutOff() : line => [line]);
        var (_, output) = await FloodRun.AgainstAsync(proxy.Port, Slow);
        Assert.Equal(4, connections);
        Assert.Contains("1 slow closed", output, StringComparison.Ordinal);
        Assert.Contains("0 connections lost", output, StringComparison.Ordinal);
    }

    private static Func<string, IEnumerable<string>?> OnThirdMessage(IEnumerable<string>? made)
    {
        var messages = 0;
        return line => line.StartsWith("FROM ", StringComparison.Ordinal) && ++messages == 3 ? made : [line];
    }

    /// <summary>The third message becomes an ERROR, and the fourth the end.</summary>
    private static Func<string, IEnumerable<string>?> CutOff()
    {
        var messages = 0;
        return line => !line.StartsWith("FROM ", StringComparison.Ordinal) || ++messages < 3 ? [line]
            : messages == 3 ? ["ERROR SLOW_CONSUMER too slow"]
            : null;
    }
}
