using InternalChat.Flood.Options;
using InternalChat.Flood.Scenarios.Mixed;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>All loads at the same time, on a real server, and on one that wrongs a single one of them.</summary>
public sealed class MixedScenarioTests
{
    private const string Office = "mixed --users 30 --rate 60 --return-interval 300ms --ping-interval 200ms";

    /// <summary>What the server says where everything takes place.</summary>
    private static readonly string[] OfEachLoad =
        [" flood-s-0", " flood-a-0", "INFO history ", "INFO online: ", "INFO user_online ", "OK read ", "PONG", "OK queued ", "OK bye"];

    private static readonly OfficeShares Shares = new()
    {
        Idle = 0.5,
        Churn = 0.1,
        Away = 0.1,
        History = 0.05,
        List = 0.01,
        Slow = 0.01,
        Read = 0.5,
    };

    [Fact]
    public async Task Finds_nothing_wrong_with_a_sound_server_and_every_load_takes_place()
    {
        await using var server = await ServerProcess.StartAsync();
        var (_, output) = await FloodRun.UntilSeenAsync(
            server,
            $"{Office} --list-share 10 --history-share 10",
            new SeenLines(OfEachLoad.SelectMany(static part => Enumerable.Repeat(SeenLines.Having(part), 5))));
        FloodRun.AssertProved(output);
        var counted = string.Concat(FloodRun.Lines(output, "counted"));
        foreach (var what in new[]
                 {
                     "acknowledged", "away acknowledged", "away visits", "slow acknowledged", "history histories", "list answered",
                     "presence changes",
                 })
        {
            Assert.Matches($@"[1-9][0-9,]* {what}\b", counted);
        }

        var rates = string.Concat(FloodRun.Lines(output, "rate"));
        Assert.All(["received", "reads", "pongs", "logins"], what => Assert.Contains(what, rates, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("corrupted", " flood-s-0", "abcdefg", "abcdefx")]
    [InlineData("away corrupted", " flood-a-0", "abcdefg", "abcdefx")]
    [InlineData("slow corrupted", " flood-y-0", "abcdefg", "abcdefx")]
    [InlineData("history corrupted", "INFO history ", "abcdefg", "abcdefx")]
    [InlineData("list wrong", "INFO online: ", "flood-l-00001", "flood-l-0000")]
    public async Task Notices_what_goes_wrong_in_one_of_them(string what, string line, string part, string instead)
    {
        await using var server = await ServerProcess.StartAsync();
        var seen = new SeenLines(
            original => original.Contains(line, StringComparison.Ordinal) && original.Contains(part, StringComparison.Ordinal));
        using var proxy = new TamperingProxy(server.EndPoint, () => seen.Note(original =>
            [original.Contains(line, StringComparison.Ordinal) ? original.Replace(part, instead, StringComparison.Ordinal) : original]));
        var (status, output) = await FloodRun.UntilAsync(seen, proxy.Port, Office);
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Matches($@"failure    [1-9][0-9,]* {what}\r?\n", output);
    }

    /// <summary>For so long, whatever the machine does: then the schedule leaves that user online.</summary>
    [Fact]
    public async Task Notices_that_somebody_was_told_of_another_who_came()
    {
        await using var server = await ServerProcess.StartAsync();
        using var proxy = new TamperingProxy(
            server.EndPoint, () => line => [line.Replace("online flood-u-00001", "online flood-u-00000", StringComparison.Ordinal)]);
        var (status, output) = await FloodRun.AgainstAsync(proxy.Port, $"{Office} --duration 1s");
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Matches(@"failure    [1-9][0-9,]* wrong final states\r?\n", output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--idle-share 0 --churn-share 0")]
    [InlineData("--churn-share 0 --away-share 0 --history-share 0 --list-share 0 --slow-share 0 --read-share 0")]
    public async Task Does_without_whatever_has_no_share(string shares)
    {
        await using var server = await ServerProcess.StartAsync();
        var (_, output) = await FloodRun.AgainstAsync(server.EndPoint.Port, $"{Office} --duration 500ms {shares}".TrimEnd());
        FloodRun.AssertProved(output);
    }

    [Theory]
    [InlineData("--users 19")]
    [InlineData("--users many")]
    [InlineData("--users 20 --slow-share 60")]
    [InlineData("--idle-share 60 --churn-share 40")]
    [InlineData("--away-share 50 --history-share 50")]
    [InlineData("--read-share 101")]
    [InlineData("--list-share -1")]
    [InlineData("--list-share some")]
    [InlineData("--return-interval 0s")]
    [InlineData("--rate 0")]
    [InlineData("--zipf-exponent 11")]
    public Task Refuses_what_makes_no_sense(string options) => FloodRun.AssertRefusedAsync($"mixed {options}");

    [Theory]
    [InlineData(24)]
    [InlineData(101)]
    [InlineData(1_000)]
    [InlineData(49_999)]
    public void Divides_all_users_and_makes_those_who_do_something_equally_busy(int count)
    {
        var users = OfficeUsers.Divide(count, Shares)!;
        Assert.Equal(count, users.Count);
        Assert.InRange(users.Idle, count / 2, (count / 2) + 2);
        if (count < 1_000)
            return;
        var busy = count * 0.4;
        Assert.Equal(busy * Shares.Chat / 2, users.ChatPairs, tolerance: 5);
        Assert.Equal(busy * Shares.Away / 2, users.AwayPairs, tolerance: 1);
        Assert.Equal(busy * Shares.History / 2, users.HistoryPairs, tolerance: 1);
    }

    [Fact]
    public void Gives_everything_that_has_a_share_somebody_who_does_it()
    {
        var users = OfficeUsers.Divide(30, Shares)!;
        Assert.Equal((1, 1, 1, 1), (users.AwayPairs, users.SlowPairs, users.HistoryPairs, users.Listing));
    }
}
