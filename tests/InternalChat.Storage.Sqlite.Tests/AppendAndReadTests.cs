namespace InternalChat.Storage.Sqlite.Tests;

public sealed class AppendAndReadTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Ids_count_up_from_one_over_all_conversations()
    {
        Assert.Equal(0, _chat.Database.LastMessageId);
        Assert.Equal([1, 2], _chat.Say(1, 2, "a", "b"));
        Assert.Equal([3], _chat.Say(3, 1, "c"));
        Assert.Equal(3, _chat.Database.LastMessageId);
    }

    [Fact]
    public void After_the_last_id_there_is_none_that_is_not_positive()
    {
        _chat.Do($"UPDATE state SET last_message_id = {long.MaxValue - 1}");
        _chat.Reopen();
        Assert.Equal([long.MaxValue], _chat.Say(1, 2, "the last"));
        Assert.Throws<StorageException>(() => _chat.Say(1, 2, "one more"));
        Assert.Equal([long.MaxValue], _chat.Pending(2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(600)]
    public void A_conversation_is_cut_at_the_limit(int limit)
    {
        for (var i = 0; i < 600; i++)
            _chat.Append(1 + (i % 2), 2 - (i % 2), "x"u8, 0);
        _chat.Commit();

        Assert.Equal(Enumerable.Range(0, limit).Select(i => 600L - i), _chat.History(1, 2, limit));
    }

    [Fact]
    public void Reading_keeps_the_order_given_and_skips_ids_that_name_nothing()
    {
        _chat.Say(1, 2, "a", "b", "c");
        _chat.Do("DELETE FROM messages WHERE id = 2");
        var sink = new CollectingSink();
        Assert.Equal(5, _chat.Reader().ReadMessages([3, 2, 99, -1, 1], sink));
        Assert.Equal([3, 1], sink.Messages.Select(message => message.Id));
    }

    [Fact]
    public void Reading_many_messages_crosses_its_read_transactions()
    {
        var ids = _chat.Say(1, 2, [.. Enumerable.Range(0, 1_000).Select(i => $"body {i}")]);
        var sink = new CollectingSink();
        Assert.Equal(1_000, _chat.Reader().ReadMessages(ids, sink));
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"body {i}"), sink.Messages.Select(message => message.Body));
    }

    [Fact]
    public void A_conversation_ends_at_a_deleted_message()
    {
        _chat.Say(1, 2, "a", "b", "c", "d");
        _chat.Do("DELETE FROM messages WHERE id <= 2");
        Assert.Equal([4, 3], _chat.History(1, 2));
        Assert.Equal([3, 4], _chat.Pending(2));
    }

    [Fact]
    public void The_longest_body_and_more_fits()
    {
        var body = new string('x', 100_000);
        var ids = _chat.Say(1, 2, body);
        var sink = new CollectingSink();
        _chat.Reader().ReadMessages(ids, sink);
        Assert.Equal(body, sink.Messages.Single().Body);
    }
}
