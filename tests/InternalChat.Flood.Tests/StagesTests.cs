using System.Diagnostics;
using System.Text.Json;
using InternalChat.Flood.Measurement;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>Open loops whose rate changes from stage to stage.</summary>
public sealed class StagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("message --pairs 2")]
    [InlineData("message --pairs 2 --to away --visit-interval 100ms")]
    [InlineData("history --pairs 2 --messages 3")]
    [InlineData("presence --watchers 1 --churn 60")]
    [InlineData("login")]
    [InlineData("login --logins 60 --then-quit")]
    [InlineData("mixed --users 20 --idle-share 0 --churn-share 0 --away-share 0 --list-share 0 --slow-share 0 --history-share 0")]
    public async Task Every_open_loop_sends_what_each_stage_asks_for(string load)
    {
        await using var server = await ServerProcess.StartAsync();
        var file = _folder.File("report.json");
        // A login that takes longer than the load is given up, which is another matter.
        await FloodRun.AgainstAsync(server.EndPoint.Port, $"{load} --stages 300ms:50,200ms:150,100ms:10 --json {file}");
        var report = await ReadAsync(file);
        Assert.Equal(
            [(50, 0, 15), (150, 0.3, 30), (10, 0.5, 1)],
            report.GetProperty("stages").EnumerateArray().Select(stage => (
                stage.GetProperty("rate_asked").GetDouble(), stage.GetProperty("from_seconds").GetDouble(), Due(stage))));
        Assert.Equal(0.6, report.GetProperty("measured_seconds").GetDouble(), tolerance: 0.001);
    }

    /// <summary>So few messages fit in the sockets' buffers: nothing is held back, which is why the run fails.</summary>
    [Fact]
    public async Task Users_who_do_not_read_are_sent_what_each_stage_asks_for()
    {
        await using var server = await ServerProcess.StartAsync();
        var file = _folder.File("report.json");
        await FloodRun.AgainstAsync(server.EndPoint.Port, $"slow --receivers 1 --stages 200ms:50,200ms:100 --json {file}");
        Assert.Equal([10, 20], (await ReadAsync(file)).GetProperty("stages").EnumerateArray().Select(Due));
    }

    [Fact]
    public async Task Latencies_belong_to_the_stage_in_which_a_command_was_due()
    {
        await using var server = await ServerProcess.StartAsync();
        var report = await ReportAsync(server, "message --pairs 2 --stages 300ms:50,200ms:150");
        Assert.Equal(
            [15, 30],
            report.GetProperty("stages").EnumerateArray().Select(stage => stage.GetProperty("latencies").GetProperty("from_end_to_end")
                .GetProperty("corrected").GetProperty("count").GetInt32()));
    }

    [Fact]
    public async Task What_goes_on_beside_the_stages_does_not_count_for_them()
    {
        await using var server = await ServerProcess.StartAsync();
        var report = await ReportAsync(
            server, "presence --watchers 1 --churn 60 --chat-pairs 1 --chat-rate 200 --ping-interval 10ms --stages 500ms:20");
        Assert.Equal(10, Due(Assert.Single(report.GetProperty("stages").EnumerateArray())));
        Assert.InRange(report.GetProperty("schedule").GetProperty("due").GetInt32(), 10 + 100 + 50, 10 + 100 + 51);
    }

    [Theory]
    [InlineData("message --stages 10s")]
    [InlineData("message --stages 10s:0")]
    [InlineData("message --stages 0s:10")]
    [InlineData("message --stages 10:10")]
    [InlineData("message --stages 1s:10,")]
    [InlineData("message --stages 1s:10 --rate 10")]
    [InlineData("message --stages 1s:10 --window 10")]
    [InlineData("history --stages 1s:10 --window 10")]
    [InlineData("message --stages 1s:10 --duration 1s")]
    [InlineData("connect --stages 1s:10")]
    [InlineData("login --stages 1s:10 --logins 10")]
    [InlineData("login --stages 10s:100000")]
    [InlineData("login --then-quit --stages 5")]
    public Task Refuses_what_makes_no_sense(string arguments) => FloodRun.AssertRefusedAsync(arguments);

    [Fact]
    public Task More_stages_than_have_room_for_their_latencies_are_refused() =>
        FloodRun.AssertRefusedAsync($"message --stages {string.Join(',', Enumerable.Repeat("1s:1", 101))}");

    [Fact]
    public void A_schedule_begins_each_stage_on_time_and_takes_turns_through_all()
    {
        var second = Stopwatch.Frequency;
        var schedule = new SendSchedule([(0, 3), (second, 1_000), (3 * second, 7)], 4);
        Assert.Equal([0L, 1L, 2L, 3L, 0L], Enumerable.Range(0, 5).Select(index => (long)schedule.ClientOf(index)));
        Assert.InRange(schedule.DueAt(2), second * 2 / 3 - 1, second * 2 / 3 + 1);
        Assert.Equal(second, schedule.DueAt(3));
        Assert.Equal(second + (second / 1_000), schedule.DueAt(4));
        Assert.Equal(3 * second, schedule.DueAt(3 + 2_000));
        Assert.Equal(4 * second, schedule.DueAt(3 + 2_000 + 7));
    }

    [Fact]
    public void A_schedule_of_so_many_commands_has_none_after_the_last()
    {
        var schedule = new SendSchedule(0, 10, 3) { Count = 3 };
        Assert.NotEqual(long.MaxValue, schedule.DueAt(2));
        Assert.Equal(long.MaxValue, schedule.DueAt(3));
    }

    [Fact]
    public void What_is_sent_too_late_is_behind_where_it_was_due_and_sent_where_it_was_sent()
    {
        using var clock = new RunClock(TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        clock.Begin();
        var tally = new ScheduleTally(clock);
        var (first, second) = (clock.StageFrom(0), clock.StageFrom(1));
        var millisecond = Stopwatch.Frequency / 1_000;
        tally.Send(new SendTimes(first - 1, first - 1));
        tally.Send(new SendTimes(first + millisecond, first));
        tally.Send(new SendTimes(second + millisecond, second - (5 * millisecond)));
        tally.Send(new SendTimes(second + (millisecond / 2), second - (millisecond / 2)));
        tally.Omit(second);
        tally.Omit(clock.StageUntil(1));
        Assert.Equal(
            new ScheduleCounts { Due = 3, Behind = 1, Sent = 2, WorstDelay = TimeSpan.FromMilliseconds(6) }, tally.Of(0));
        Assert.Equal(new ScheduleCounts { Due = 1, NeverSent = 1, Sent = 1 }, tally.Of(1));
        Assert.Equal(4, tally.Total.Due);
    }

    private static int Due(JsonElement stage) => stage.GetProperty("schedule").GetProperty("due").GetInt32();

    private async Task<JsonElement> ReportAsync(ServerProcess server, string arguments)
    {
        var file = _folder.File("report.json");
        var (_, output) = await FloodRun.AgainstAsync(server.EndPoint.Port, $"{arguments} --json {file}");
        FloodRun.AssertProved(output);
        return await ReadAsync(file);
    }

    private static async Task<JsonElement> ReadAsync(string file)
    {
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
        return report.RootElement.Clone();
    }
}
