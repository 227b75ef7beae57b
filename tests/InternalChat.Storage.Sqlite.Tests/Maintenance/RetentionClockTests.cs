using System.Globalization;
using CsCheck;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Removal;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

/// <summary>Nothing that cannot be undone is decided by the wall clock alone.</summary>
public sealed class RetentionClockTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromDays(90);
    /// <summary>How many lives of a server with a clock that is wrong now and then; the long form is a hundred.</summary>
    private static int Lives => int.Parse(Environment.GetEnvironmentVariable("CLOCK_LIVES") ?? "2", CultureInfo.InvariantCulture);

    private static readonly DatabaseOptions Options = new() { Path = "", Retention = Limit, Durability = Durability.Normal };

    private readonly TemporaryDatabase _chat = new(Options);

    /// <summary>A server that has had the limit from its first message on.</summary>
    public RetentionClockTests() => _chat.RunMaintenance();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_start_with_the_clock_ahead_removes_nothing_and_says_what_it_would()
    {
        var ids = Steady(daysOld: 30);
        _chat.Writer.SetDeliveredThrough(2, ids[9]);
        _chat.Close();
        _chat.Time.Ahead = TimeSpan.FromDays(120);
        _chat.Open();
        _chat.RunFor(TimeSpan.FromHours(23));
        Assert.Equal(ids[10..], Left());
        var line = Assert.Single(_chat.Logger.Lines, line => line.Contains("would remove", StringComparison.Ordinal));
        Assert.Contains("would remove 30 messages", line, StringComparison.Ordinal);
        Assert.Contains("20 of them never delivered", line, StringComparison.Ordinal);
        Assert.Contains("internalchat admin retention now", line, StringComparison.Ordinal);
        Assert.Equal((30, 20), (Waiting().Messages, Waiting().Undelivered));

        _chat.Time.Ahead = TimeSpan.Zero;
        _chat.RunFor(TimeSpan.FromHours(48));
        Assert.Equal(ids[10..], Left());
        Assert.Null(_chat.Database.RetentionStatus.Waiting);
    }

    [Fact]
    public void A_clock_that_jumps_ahead_while_the_server_runs_removes_nothing_either()
    {
        var ids = Steady(daysOld: 30);
        _chat.Time.Ahead = TimeSpan.FromDays(120);
        _chat.RunFor(TimeSpan.FromHours(23));
        Assert.Equal(ids, Left());
    }

    [Fact]
    public void What_waits_goes_after_24_hours_of_running_time()
    {
        var ids = Steady(daysOld: 30);
        _chat.Time.Ahead = TimeSpan.FromDays(120);
        _chat.RunFor(TimeSpan.FromHours(25));
        Assert.Empty(Left());
        Assert.Contains(_chat.Logger.Lines, line => line.StartsWith($"Retention: {ids.Length} messages", StringComparison.Ordinal));
    }

    [Fact]
    public void Running_time_adds_up_over_restarts_however_often_there_is_one()
    {
        Steady(daysOld: 30);
        _chat.Time.Ahead = TimeSpan.FromDays(120);
        for (var restart = 0; restart < 60; restart++)
        {
            _chat.Reopen();
            _chat.RunFor(TimeSpan.FromMinutes(30));
        }

        Assert.Empty(Left());
    }

    [Fact]
    public void A_clock_that_knows_nothing_of_the_year_at_each_start_does_not_end_the_waiting()
    {
        Steady(daysOld: 30);
        _chat.Close();
        // Off for four months.
        _chat.Time.Advance(TimeSpan.FromDays(120));
        for (var day = 0; day < 4; day++)
        {
            _chat.Time.Ahead = TimeSpan.FromDays(-20_000);
            _chat.Open();
            _chat.RunFor(TimeSpan.FromSeconds(20));
            _chat.Time.Ahead = TimeSpan.Zero;
            _chat.RunFor(TimeSpan.FromHours(8));
            _chat.Close();
            _chat.Time.Advance(TimeSpan.FromHours(16));
        }

        _chat.Open();
        Assert.Empty(Left());
    }

    [Fact]
    public void A_server_that_is_off_every_night_and_weekend_goes_on_removing()
    {
        for (var day = 0; day < 150; day++)
        {
            _chat.Append(1, 2, "x"u8, Now());
            _chat.Commit();
            _chat.RunFor(TimeSpan.FromHours(8));
            _chat.Close();
            _chat.Time.Advance(TimeSpan.FromHours(day % 7 == 6 ? 64 : 16));
            _chat.Open();
        }

        _chat.RunMaintenance();
        var oldest = Left(_chat)[0];
        Assert.InRange(Now() - oldest.CreatedAt, 0, (long)(Limit + TimeSpan.FromDays(5)).TotalSeconds);
    }

    [Fact]
    public void A_confirmation_is_for_one_cutoff_and_not_for_those_after_it()
    {
        var ids = Steady(daysOld: 30);
        _chat.Time.Ahead = TimeSpan.FromDays(70);
        _chat.RunFor(TimeSpan.FromHours(1));
        var seen = Waiting().Cutoff;
        _chat.Time.Ahead = TimeSpan.FromDays(120);
        _chat.Database.ConfirmRetention(seen);
        _chat.RunMaintenance();
        Assert.Equal(ids[11..], Left());
        Assert.Equal(19, Waiting().Messages);
    }

    [Fact]
    public void A_clock_that_is_set_right_in_the_middle_of_a_run_ends_it()
    {
        var now = Now();
        for (var i = 0; i < 30_000; i++)
            _chat.Append(1, 2, "x"u8, now);
        _chat.Commit();
        _chat.RunMaintenance();
        _chat.Time.Ahead = TimeSpan.FromDays(120);
        _chat.RunMaintenance();
        _chat.Database.ConfirmRetention(_chat.Database.RetentionStatus.Cutoff!.Value);
        while (_chat.Ask<long>("SELECT count(*) FROM messages WHERE sender_id > 0") == 30_000)
            Assert.True(_chat.Writer.Maintain());
        _chat.Time.Ahead = TimeSpan.Zero;
        _chat.RunMaintenance();
        Assert.InRange(_chat.Ask<long>("SELECT count(*) FROM messages WHERE sender_id > 0"), 1, 29_999);
    }

    [Fact]
    public void A_clock_that_jumps_in_the_middle_of_a_run_takes_nothing_more_along()
    {
        _chat.Say(1, 2, Now(), count: 3_000);
        _chat.Time.Advance(TimeSpan.FromDays(40));
        _chat.Say(1, 2, Now(), count: 3_000);
        _chat.Time.Advance(TimeSpan.FromDays(51));
        _chat.RunMaintenance();
        _chat.Database.ConfirmRetention(_chat.Database.RetentionStatus.Cutoff!.Value);
        while (_chat.Ask<long>("SELECT count(*) FROM messages WHERE sender_id > 0") == 6_000)
            Assert.True(_chat.Writer.Maintain());
        _chat.Time.Ahead = TimeSpan.FromDays(120);
        _chat.RunMaintenance();
        Assert.Equal(3_000, _chat.Ask<long>("SELECT count(*) FROM messages WHERE sender_id > 0"));
    }

    [Fact]
    public void A_limit_that_is_given_or_lowered_waits_and_one_that_is_given_to_an_empty_log_does_not()
    {
        Assert.Null(_chat.Database.RetentionStatus.Waiting);
        Steady(daysOld: 100);
        Assert.Equal(90, Left().Length);
        _chat.Database.Retention = TimeSpan.FromDays(30);
        _chat.RunMaintenance();
        Assert.Equal(60, Waiting().Messages);
        Assert.Equal(90, Left().Length);
        _chat.Database.Retention = Limit;
        _chat.RunMaintenance();
        Assert.Null(_chat.Database.RetentionStatus.Waiting);
        _chat.Database.Retention = TimeSpan.FromDays(30);
        _chat.RunRetention();
        Assert.Equal(30, Left().Length);
    }

    [Fact]
    public void A_file_that_remembers_no_cutoff_opens_and_waits()
    {
        Steady(daysOld: 100);
        _chat.Close();
        _chat.Do("DELETE FROM retention");
        _chat.Time.Advance(TimeSpan.FromHours(2));
        _chat.Open();
        _chat.RunMaintenance();
        Assert.Equal(90, Left().Length);
        _chat.RunFor(TimeSpan.FromHours(25));
        Assert.Equal(88, Left().Length);
    }

    [Fact]
    public void A_second_jump_waits_again_also_after_one_that_was_believed()
    {
        Steady(daysOld: 10);
        _chat.Time.Ahead = TimeSpan.FromDays(120);
        _chat.RunFor(TimeSpan.FromHours(25));
        Assert.Empty(Left());
        _chat.Time.Ahead = TimeSpan.Zero;
        _chat.RunFor(TimeSpan.FromHours(25));

        var ids = _chat.Say(1, 2, Now(), count: 5);
        _chat.Time.Ahead = TimeSpan.FromDays(110);
        _chat.RunFor(TimeSpan.FromHours(23));
        Assert.Equal(ids, Left());
    }

    [Fact]
    public void A_clock_that_is_wrong_for_less_than_a_day_at_a_time_takes_nothing_that_is_young_and_keeps_little_that_is_old()
    {
        var step = Gen.Select(Gen.Int[-400, 400], Gen.Int[1, 20], Gen.Bool);
        step.Array[1, 7].Sample(
            steps =>
            {
                using var chat = new TemporaryDatabase(Options);
                chat.RunMaintenance();
                var sent = new Dictionary<long, TimeSpan>();
                Run(chat, sent, TimeSpan.Zero, hours: 20 * 24, restarts: false);
                foreach (var (days, hours, restarts) in steps)
                {
                    Run(chat, sent, TimeSpan.FromDays(days), hours, restarts);
                    Run(chat, sent, TimeSpan.Zero, hours: 20 * 24, restarts: false);
                }

                return true;
            },
            iter: Lives,
            threads: 1);

        static void Run(TemporaryDatabase chat, Dictionary<long, TimeSpan> sent, TimeSpan ahead, int hours, bool restarts)
        {
            chat.Time.Ahead = ahead;
            for (var hour = 0; hour < hours; hour++)
            {
                if (restarts && hour % 5 == 0)
                    chat.Reopen();
                sent[chat.Say(1, 2, chat.Time.GetUtcNow().ToUnixTimeSeconds(), count: 1)[0]] = RunningTime(chat);
                chat.RunFor(TimeSpan.FromHours(1));
            }

            // A misdated message goes with those around it, and a clock that was wrong makes the next run wait for a day.
            var tolerance = TimeSpan.FromDays(2);
            var left = Left(chat).Select(message => message.Id).ToHashSet();
            foreach (var (id, at) in sent)
            {
                var age = RunningTime(chat) - at;
                Assert.False(age < Limit - tolerance && !left.Contains(id), $"Message {id} is gone after {age}.");
                Assert.False(age > Limit + tolerance && left.Contains(id), $"Message {id} is still there after {age}.");
            }
        }

        static TimeSpan RunningTime(TemporaryDatabase chat) => TimeSpan.FromTicks(chat.Time.GetTimestamp());
    }

    /// <summary>A server with the limit that has run all the time, and was sent a message each day.</summary>
    private long[] Steady(int daysOld)
    {
        var ids = new List<long>();
        for (var day = 0; day < daysOld; day++)
        {
            ids.AddRange(_chat.Say(1, 2, Now(), count: 1));
            _chat.RunFor(TimeSpan.FromDays(1));
        }

        return [.. ids];
    }

    private RetentionWait Waiting() => Assert.IsType<RetentionWait>(_chat.Database.RetentionStatus.Waiting);

    private long Now() => _chat.Time.GetUtcNow().ToUnixTimeSeconds();

    private long[] Left() => [.. Left(_chat).Select(message => message.Id)];

    /// <summary>What bob, who is away, will get.</summary>
    private static List<(long Id, long SenderId, string Sender, long CreatedAt, string Body)> Left(TemporaryDatabase chat)
    {
        var sink = new CollectingSink();
        chat.Reader().ReadMessages(chat.Pending(2, chunk: 10_000), sink);
        return sink.Messages;
    }
}
