using InternalChat.Storage.Sqlite.Upkeep;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class UpkeepPaceTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Where_no_batch_comes_slices_follow_one_another()
    {
        var pace = new UpkeepPace(_time);
        Assert.Equal(100, SlicesIn(100, pace, static _ => false));
    }

    [Fact]
    public void Between_messages_that_come_one_by_one_slices_are_seldom()
    {
        var pace = new UpkeepPace(_time);
        pace.BatchCommitted();
        // Every third millisecond a message, so that the writer finds nothing to do at two of three looks.
        Assert.Equal(20, SlicesIn(1_000, pace, static look => look % 3 == 0));
    }

    [Fact]
    public void When_the_last_message_is_a_while_ago_slices_follow_one_another_again()
    {
        var pace = new UpkeepPace(_time);
        pace.BatchCommitted();
        Assert.Equal(0, SlicesIn(19, pace, static _ => false));
        Assert.Equal(50, SlicesIn(50, pace, static _ => false));
    }

    private int SlicesIn(int looks, UpkeepPace pace, Func<int, bool> hasBatch)
    {
        var slices = 0;
        for (var look = 1; look <= looks; look++)
        {
            _time.Advance(Millisecond);
            if (hasBatch(look))
                pace.BatchCommitted();
            if (!pace.IsTimeForSlice())
                continue;
            pace.SliceCommitted();
            slices++;
        }

        return slices;
    }
}
