using InternalChat.Engine.Threads;

namespace InternalChat.Engine.Tests.Threads;

/// <summary>Whose work is next.</summary>
public sealed class TurnQueueTests
{
    private const long Nobody = 0;
    private readonly TurnQueue<string> _queue = new();

    [Fact]
    public void A_user_who_asks_once_is_served_before_the_tenth_of_another()
    {
        for (var i = 1; i <= 10; i++)
            _queue.Enqueue(1, $"alice {i}");
        _queue.Enqueue(2, "bob 1");
        _queue.Enqueue(3, "carol 1");
        _queue.Enqueue(3, "carol 2");
        string[] rest = [.. Enumerable.Range(3, 8).Select(static i => $"alice {i}")];
        Assert.Equal(["alice 1", "bob 1", "carol 1", "alice 2", "carol 2", .. rest], All());
    }

    [Fact]
    public void Who_asks_anew_after_each_answer_does_not_go_before_those_who_have_asked_for_nothing_lately()
    {
        for (var user = 1; user <= 20; user++)
            _queue.Enqueue(user, "again");
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("again", _queue.Dequeue());
            _queue.Enqueue(1 + (i % 20), "again");
        }

        _queue.Enqueue(21, "once");
        Assert.Equal("once", _queue.Dequeue());
    }

    [Fact]
    public void However_many_are_new_the_others_have_their_turn()
    {
        _queue.Enqueue(1, "first");
        _queue.Enqueue(1, "second");
        for (var user = 2; user < 42; user++)
            _queue.Enqueue(user, "new");
        Assert.Equal([0, 16], All().Index().Where(static work => work.Item != "new").Select(static work => work.Index));
    }

    [Fact]
    public void What_is_nobodys_is_done_in_its_order_and_is_always_new()
    {
        _queue.Enqueue(1, "alice 1");
        _queue.Enqueue(1, "alice 2");
        _queue.Enqueue(Nobody, "first");
        _queue.Enqueue(Nobody, "second");
        Assert.Equal(["alice 1", "first", "second", "alice 2"], All());
    }

    [Fact]
    public void When_nothing_waits_everybody_is_new_again()
    {
        _queue.Enqueue(1, "alice 1");
        _queue.Enqueue(1, "alice 2");
        Assert.Equal(["alice 1", "alice 2"], All());
        _queue.Enqueue(1, "alice 3");
        _queue.Enqueue(2, "bob 1");
        Assert.Equal(["alice 3", "bob 1"], All());
        Assert.Throws<InvalidOperationException>(() => _queue.Dequeue());
    }

    private List<string> All()
    {
        var all = new List<string>();
        while (_queue.Count > 0)
            all.Add(_queue.Dequeue());
        return all;
    }
}
