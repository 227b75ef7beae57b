using InternalChat.Server.Logging;

namespace InternalChat.Server.Tests.Logging;

public sealed class LogQueueTests
{
    private readonly LogQueue _queue = new(new LogRoom(Lines: 4, Characters: 100), new LogRoom(Lines: 2, Characters: 50));

    [Fact]
    public void Lines_come_out_in_their_order()
    {
        Assert.True(_queue.TryAdd("a", isImportant: false) && _queue.TryAdd("b", isImportant: true));
        _queue.Complete();
        Assert.Equal(["a", "b"], TakeAll());
    }

    [Fact]
    public void A_line_for_which_there_is_no_room_is_dropped_and_the_gap_is_told_behind_those_before_it()
    {
        Add("abcdefg");
        Assert.Equal(3, _queue.Dropped);
        _queue.Complete();
        Assert.Equal(["a", "b", "c", "d", "3 are missing"], TakeAll());
    }

    [Fact]
    public void Ordinary_lines_are_let_in_again_when_half_of_their_room_is_free_and_not_before()
    {
        Add("abcdef");
        _queue.TryTake(out _);
        Assert.False(_queue.TryAdd("g", isImportant: false));
        // The third is taken when the second has been written.
        _queue.TryTake(out _);
        _queue.TryTake(out _);
        Assert.True(_queue.TryAdd("h", isImportant: false));
        _queue.Complete();
        Assert.Equal(["d", "3 are missing", "h"], TakeAll());
    }

    [Fact]
    public void Important_lines_have_room_that_ordinary_ones_cannot_take()
    {
        Add("abcdef");
        Assert.True(_queue.TryAdd("x", isImportant: true) && _queue.TryAdd("y", isImportant: true));
        Assert.False(_queue.TryAdd("z", isImportant: true));
        _queue.Complete();
        Assert.Equal(["a", "b", "c", "d", "x", "y", "3 are missing"], TakeAll());
    }

    [Fact]
    public void The_bound_counts_characters_too()
    {
        Assert.True(_queue.TryAdd(new string('a', 60), isImportant: false));
        Assert.False(_queue.TryAdd(new string('b', 41), isImportant: false));
        Assert.True(_queue.TryAdd(new string('c', 90), isImportant: true));
        Assert.False(_queue.TryAdd("d", isImportant: true));
    }

    [Fact]
    public void A_line_longer_than_all_the_room_is_dropped_and_others_go_on()
    {
        Assert.False(_queue.TryAdd(new string('a', 101), isImportant: false));
        Assert.True(_queue.TryTake(out var gap));
        Assert.Equal(new LogQueueEntry(Line: null, Missing: 1), gap);
        Assert.True(_queue.TryAdd("b", isImportant: false));
    }

    [Fact]
    public void Nothing_is_let_in_after_the_end()
    {
        _queue.Complete();
        Assert.False(_queue.TryAdd("a", isImportant: true));
        Assert.Equal(1, _queue.Dropped);
    }

    private void Add(string lines)
    {
        foreach (var line in lines)
            _queue.TryAdd($"{line}", isImportant: false);
    }

    private List<string> TakeAll()
    {
        var all = new List<string>();
        while (_queue.TryTake(out var entry))
            all.Add(entry.Line ?? $"{entry.Missing} are missing");
        return all;
    }
}
