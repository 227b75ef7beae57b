using CsCheck;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Removal;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

/// <summary>Dates of a clock that was wrong for a while neither hold up retention nor have it take what is young.</summary>
public sealed class MisdatedMessageTests : IDisposable
{
    private const long Day = 86_400;

    private readonly TemporaryDatabase _chat = new(new DatabaseOptions { Path = "", Retention = TimeSpan.FromDays(90) });
    private readonly long _now;

    public MisdatedMessageTests() => _now = _chat.Time.GetUtcNow().ToUnixTimeSeconds();

    public void Dispose() => _chat.Dispose();

    [Theory]
    [InlineData(400)]
    [InlineData(20_000)]
    [InlineData(30_000_000)]
    public void A_message_dated_in_the_future_goes_with_the_old_ones_around_it(int daysAhead)
    {
        Append(-100, daysAhead, -95);
        Assert.Empty(LeftAfterRetention());
    }

    [Fact]
    public void A_message_dated_too_late_but_not_in_the_future_goes_with_more_old_ones_behind_it()
    {
        Append(-100, -10, -95, -94);
        Assert.Empty(LeftAfterRetention());
    }

    [Fact]
    public void A_message_dated_in_the_future_stays_as_long_as_the_next_ones_are_young()
    {
        Append(-100, 400, -89, -88);
        Assert.Equal([2, 3, 4], LeftAfterRetention());
    }

    [Fact]
    public void A_thousand_messages_dated_in_the_future_hold_nothing_up()
    {
        Append([-100, .. Enumerable.Repeat(400, 1_000), -95, -1]);
        Assert.Equal([1_003], LeftAfterRetention());
    }

    [Fact]
    public void More_of_them_than_are_looked_at_hold_it_up_and_the_log_says_so()
    {
        Append([-100, .. Enumerable.Repeat(400, OldEnd.LookAhead), -95]);
        Assert.Equal(OldEnd.LookAhead + 1, LeftAfterRetention().Length);
        Assert.Contains(_chat.Logger.Lines, static line => line.Contains("held up by message 2 ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_message_dated_long_ago_between_young_ones_takes_none_of_them_along_and_stays_too()
    {
        Append(-100, -80, -79, -10_000, -78, -77);
        Assert.Equal([2, 3, 4, 5, 6], LeftAfterRetention());
    }

    [Fact]
    public void A_message_dated_long_ago_right_behind_those_that_went_stays_until_the_next_one_goes()
    {
        Append(-100);
        Assert.Empty(LeftAfterRetention());
        Append(-10_000, -80);
        Assert.Equal([2, 3], LeftAfterRetention());
        _chat.RunFor(TimeSpan.FromDays(9));
        Assert.Equal([2, 3], Left());
        _chat.RunFor(TimeSpan.FromDays(2));
        Assert.Empty(Left());
    }

    [Fact]
    public void Where_clocks_were_right_the_end_is_the_first_message_that_is_young_enough()
    {
        Gen.Select(Gen.Int[0, 300].Array[0, 400], Gen.Int[-10, 310]).Sample((dates, cutoff) =>
        {
            Array.Sort(dates);
            return EndOf(dates, cutoff, latest: 300) == dates.Count(date => date < cutoff);
        });
    }

    [Fact]
    public void What_is_young_goes_only_along_with_more_that_is_dated_old_and_what_is_old_stays_only_behind_as_many_dated_young()
    {
        var dates = Gen.Select(Gen.Int[0, 300].Array[0, 400], Gen.Select(Gen.Int[0, 399], Gen.Int[-1_000, 1_000]).Array[0, 60]);
        Gen.Select(dates, Gen.Int[0, 300]).Sample((given, cutoff) =>
        {
            var (truth, wrong) = given;
            Array.Sort(truth);
            var dates = truth.ToArray();
            foreach (var (index, date) in wrong.Where(message => message.Item1 < truth.Length))
                dates[index] = date;
            var (end, right) = (EndOf(dates, cutoff, latest: 2_000), truth.Count(date => date < cutoff));
            var (youngTaken, oldKept) = (dates[Math.Min(end, right)..end], dates[end..Math.Max(end, right)]);
            return youngTaken.Count(date => date >= cutoff) <= youngTaken.Count(date => date < cutoff)
                && oldKept.Count(date => date < cutoff) <= oldKept.Count(date => date >= cutoff);
        });
    }

    private static int EndOf(int[] dates, long cutoff, long latest)
    {
        var end = new OldEnd(cutoff, completed: null, latest);
        foreach (var (index, date) in dates.Index())
            end.Add(new OldMessage(index + 1, date, SenderId: 1, RecipientId: 2, IsUndelivered: true));
        return (int)end.Through;
    }

    private void Append(params int[] days)
    {
        foreach (var day in days)
            _chat.Append(1, 2, "x"u8, _now + (day * Day));
        _chat.Commit();
    }

    private long[] LeftAfterRetention()
    {
        _chat.RunRetention();
        return Left();
    }

    private long[] Left()
    {
        var sink = new CollectingSink();
        _chat.Reader().ReadMessages(_chat.Pending(2, chunk: 10_000), sink);
        return [.. sink.Messages.Select(message => message.Id)];
    }
}
