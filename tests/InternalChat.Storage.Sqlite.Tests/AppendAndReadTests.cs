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

    [Fact]
    public void A_message_comes_back_as_it_was_appended()
    {
        var users = _chat.Register("alice", "bob");
        var body = "  zwei  Räume, ein Emoji 🙂 und ein Ende ";
        var ids = _chat.Say(users[0], users[1], body);

        var sink = new CollectingSink();
        Assert.Equal(1, _chat.Reader().ReadMessages(ids, sink));
        Assert.Equal([(ids[0], users[0], "alice", 1_700_000_000, body)], sink.Messages);
    }

    [Fact]
    public void A_conversation_holds_both_directions_newest_first_and_nobody_elses()
    {
        _chat.Say(1, 2, "a");
        _chat.Say(2, 1, "b");
        _chat.Say(1, 3, "other");
        _chat.Say(2, 3, "other");
        _chat.Say(1, 2, "c");

        Assert.Equal([5, 2, 1], _chat.History(1, 2));
        Assert.Equal([5, 2, 1], _chat.History(2, 1));
        Assert.Equal([3], _chat.History(3, 1));
        Assert.Empty(_chat.History(1, 4));
        Assert.Empty(_chat.History(1, 1));
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
    public void A_committed_message_is_visible_to_a_reader_at_once_and_an_uncommitted_one_never()
    {
        var reader = _chat.Reader();
        var ids = new long[10];
        _chat.Say(1, 2, "first");
        _chat.Append(1, 2, "second"u8, 0);

        Assert.Equal(1, reader.WalkConversation(1, 2, ids));
        Assert.Equal([1], TemporaryDatabase.Walk(reader, 2, 0, long.MaxValue, 10));
        Assert.Equal(2, reader.ReadMessages([1, 2], new CollectingSink()));

        _chat.Commit();
        Assert.Equal(2, reader.WalkConversation(1, 2, ids));
        Assert.Equal([1, 2], TemporaryDatabase.Walk(reader, 2, 0, long.MaxValue, 10));
    }

    [Fact]
    public void The_writer_sees_the_mailbox_of_its_own_batch()
    {
        _chat.Append(1, 2, "x"u8, 0);
        Assert.Equal(new Mailbox(1, 0), _chat.Log.GetMailbox(2));
        Assert.Equal(new Mailbox(0, 0), _chat.Log.GetMailbox(1));
    }

    [Fact]
    public void A_batch_opens_with_its_first_change_and_ends_with_commit()
    {
        Assert.False(_chat.Log.IsInTransaction);
        _chat.Append(1, 2, "x"u8, 0);
        Assert.True(_chat.Log.IsInTransaction);
        _chat.Commit();
        Assert.False(_chat.Log.IsInTransaction);
        _chat.Commit();
        _chat.Log.Rollback();
        Assert.Equal(1, _chat.Database.LastMessageId);
    }

    [Fact]
    public void Reading_stops_where_the_sink_says_so()
    {
        var ids = _chat.Say(1, 2, "a", "b", "c", "d");
        var sink = new CollectingSink(stopAfter: 2);
        Assert.Equal(2, _chat.Reader().ReadMessages(ids, sink));
        Assert.Equal(["a", "b"], sink.Messages.Select(message => message.Body));
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
    public void A_sink_that_throws_leaves_the_reader_usable()
    {
        var ids = _chat.Say(1, 2, "a");
        var reader = _chat.Reader();
        Assert.Throws<InvalidOperationException>(() => reader.ReadMessages(ids, new ThrowingSink()));
        Assert.Equal(1, reader.ReadMessages(ids, new CollectingSink()));
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

    [Fact]
    public void Contacts_are_those_with_whom_there_was_a_message_in_either_direction()
    {
        _chat.Say(1, 2, "a");
        _chat.Say(3, 1, "b");
        _chat.Say(3, 1, "c");
        var reader = _chat.Reader();
        Assert.Equal([2, 3], reader.ListContacts(1, after: 0, count: 100));
        Assert.Equal([1], reader.ListContacts(2, after: 0, count: 100));
        Assert.Empty(reader.ListContacts(4, after: 0, count: 100));
        Assert.Equal([2], reader.ListContacts(1, after: 0, count: 1));
        Assert.Equal([3], reader.ListContacts(1, after: 2, count: 1));
        Assert.Empty(reader.ListContacts(1, after: 3, count: 1));
    }

    private sealed class ThrowingSink : IStoredMessageSink
    {
        public bool Accept(in StoredMessage message) => throw new InvalidOperationException("no");
    }
}
