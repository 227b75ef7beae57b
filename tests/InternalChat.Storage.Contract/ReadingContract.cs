namespace InternalChat.Storage.Contract;

/// <summary>Messages as readers get them: conversations, mailboxes and their cursors.</summary>
public abstract class ReadingContract : StoreContract
{
    private const int ManyMessages = 3_000;

    [Fact]
    public void A_message_is_read_as_it_was_appended()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Writer.Append(alice, bob, "hi there"u8, Now + 5).Id;
        Commit();
        var expected = new ReceivedMessage(id, alice, "alice", Now + 5, "hi there");
        Assert.Equal([expected], ReadToEnd(Store.Reader(), reader => reader.FindConversation(alice, bob, 10)));
        Assert.Equal([expected], ReadToEnd(Store.Reader(), reader => reader.ReadMailbox(bob, 0, id)));
    }

    [Fact]
    public void A_conversation_has_the_newest_messages_of_both_oldest_first_whoever_is_named_first()
    {
        var (alice, bob, carol) = (Register("alice")[0], Register("bob")[0], Register("carol")[0]);
        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(Append(i % 3 == 0 ? bob : alice, i % 3 == 0 ? alice : bob).Id);
            Append(i % 2 == 0 ? carol : alice, i % 2 == 0 ? alice : carol);
        }

        Commit();
        Assert.Equal(ids, Conversation(alice, bob));
        Assert.Equal(ids[^7..], Conversation(alice, bob, limit: 7));
        Assert.Equal(ids[^1..], Conversation(bob, alice, limit: 1));
        var reader = Store.Reader();
        Assert.Equal(7, reader.FindConversation(bob, alice, 7).Count);
        Assert.Equal(20, reader.FindConversation(bob, alice, 500).Count);
    }

    [Fact]
    public void Two_users_who_never_wrote_have_an_empty_conversation()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var reader = Store.Reader();
        var page = reader.FindConversation(alice, bob, 10);
        Assert.Equal(0, page.Count);
        Assert.False(reader.Read(page, new ReceivingSink()));
        Assert.Equal(0, reader.FindConversation(alice, long.MaxValue, 10).Count);
    }

    [Fact]
    public void A_mailbox_has_the_messages_of_its_range_that_are_for_this_account_oldest_first()
    {
        var users = Register("alice", "bob", "carol");
        var ids = new List<long>();
        for (var i = 0; i < ManyMessages; i++)
        {
            var id = Append(users[i % 3], users[(i + 1) % 3]).Id;
            if (i % 3 == 0)
                ids.Add(id);
        }

        Commit();
        var bob = users[1];
        Assert.Equal(ids, Mailbox(bob, 0, long.MaxValue));
        Assert.Equal(ids, Mailbox(bob, ids[0] - 1, ids[^1]));
        Assert.Equal(ids[5..^4], Mailbox(bob, ids[4], ids[^5]));
        Assert.Equal([ids[9]], Mailbox(bob, ids[8], ids[9]));
        Assert.Empty(Mailbox(bob, ids[8], ids[8]));
        Assert.Empty(Mailbox(bob, ids[^1], long.MaxValue));
        Assert.Empty(Mailbox(long.MaxValue, 0, long.MaxValue));
    }

    [Fact]
    public void A_cursor_goes_on_behind_the_message_at_which_the_sink_said_stop()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var ids = Say(alice, bob, [.. Enumerable.Repeat("x", ManyMessages)]);
        foreach (var atOnce in new[] { 1, 7, 256, 1_024, ManyMessages })
        {
            var (reader, sink) = (Store.Reader(), new ReceivingSink(atOnce));
            var cursor = reader.ReadMailbox(bob, 0, ids[^1]);
            for (var before = 0; reader.Read(cursor, sink); before = sink.Messages.Count)
                Assert.InRange(sink.Messages.Count, before, before + atOnce);
            Assert.Equal(ids, Ids(sink.Messages));
        }
    }

    [Fact]
    public void A_cursor_goes_on_with_another_reader_of_its_store()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var ids = Say(alice, bob, [.. Enumerable.Repeat("x", ManyMessages)]);
        var (first, second, sink) = (Store.Reader(), Store.Reader(), new ReceivingSink(100));
        var cursor = first.ReadMailbox(bob, 0, ids[^1]);
        while (first.Read(cursor, sink))
            (first, second) = (second, first);
        Assert.Equal(ids, Ids(sink.Messages));
    }

    [Fact]
    public void A_cursor_does_not_lead_beyond_its_end_whatever_is_committed_meanwhile()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var ids = Say(alice, bob, [.. Enumerable.Repeat("x", ManyMessages)]);
        var (reader, sink) = (Store.Reader(), new ReceivingSink(10));
        var cursor = reader.ReadMailbox(bob, 0, ids[^1]);
        var page = reader.FindConversation(alice, bob, 5);
        reader.Read(cursor, sink);
        Say(alice, bob, "later", "later still");
        while (reader.Read(cursor, sink))
        {
        }

        Assert.Equal(ids, Ids(sink.Messages));
        Assert.Equal(ids[^5..], Ids(ReadToEnd(reader, _ => page)));
    }

    [Fact]
    public void A_cursor_that_has_come_to_its_end_stays_there()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var ids = Say(alice, bob, "x");
        var (reader, sink) = (Store.Reader(), new ReceivingSink());
        var cursor = reader.ReadMailbox(bob, 0, ids[^1]);
        while (reader.Read(cursor, sink))
        {
        }

        Say(alice, bob, "later");
        Assert.False(reader.Read(cursor, sink));
        Assert.Equal(ids, Ids(sink.Messages));
    }

    [Fact]
    public void What_a_sink_throws_reaches_the_caller_and_the_reader_is_good_for_more()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var ids = Say(alice, bob, "a", "b");
        var reader = Store.Reader();
        var page = reader.FindConversation(alice, bob, 10);
        Assert.Throws<InvalidOperationException>(() => reader.Read(page, new FailingSink()));
        Assert.Equal(ids, Ids(ReadToEnd(reader, reader => reader.FindConversation(alice, bob, 10))));
    }

    [Fact]
    public void Messages_that_are_removed_after_they_were_found_are_skipped()
    {
        var (alice, bob, carol) = (Register("alice")[0], Register("bob")[0], Register("carol")[0]);
        var ids = new List<long>();
        for (var i = 0; i < 10; i++)
        {
            ids.Add(Append(alice, bob).Id);
            Append(carol, bob);
        }

        Commit();
        var reader = Store.Reader();
        var mailbox = reader.ReadMailbox(bob, 0, long.MaxValue);
        var page = reader.FindConversation(carol, bob, 10);
        var sink = new ReceivingSink(1);
        while (sink.Messages.Count == 0)
            Assert.True(reader.Read(mailbox, sink));
        Assert.True(Writer.BeginErasure(carol));
        Commit();
        FinishErasure(carol);
        while (reader.Read(mailbox, sink))
        {
        }

        Assert.Equal(ids, Ids(sink.Messages));
        Assert.Empty(ReadToEnd(reader, _ => page));
    }

    [Fact]
    public void Two_users_have_both_written_when_each_has_written_to_the_other()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var reader = Store.Reader();
        Assert.False(reader.HaveBothWritten(alice, bob));
        Say(alice, bob, "a", "b");
        Assert.False(reader.HaveBothWritten(alice, bob));
        Append(bob, alice);
        Assert.False(reader.HaveBothWritten(alice, bob));
        Commit();
        Assert.True(reader.HaveBothWritten(alice, bob));
        Assert.True(reader.HaveBothWritten(bob, alice));
        Store.Crash();
        Assert.True(Store.Reader().HaveBothWritten(bob, alice));
    }

    [Fact]
    public void Contacts_are_all_who_wrote_or_were_written_to_sorted_by_id()
    {
        var users = Register("alice", "bob", "carol", "dave");
        Say(users[3], users[0], "x");
        Say(users[0], users[1], "x", "x");
        Say(users[1], users[2], "x");
        var reader = Store.Reader();
        Assert.Equal([users[1], users[3]], reader.ListContacts(users[0], after: 0, count: 100));
        Assert.Equal([users[0], users[2]], reader.ListContacts(users[1], after: 0, count: 100));
        Assert.Empty(reader.ListContacts(long.MaxValue, after: 0, count: 100));
        // Page by page.
        Assert.Equal([users[0]], reader.ListContacts(users[1], after: 0, count: 1));
        Assert.Equal([users[2]], reader.ListContacts(users[1], after: users[0], count: 1));
        Assert.Empty(reader.ListContacts(users[1], after: users[2], count: 1));
    }

    private long[] Mailbox(long accountId, long after, long through) =>
        Ids(ReadToEnd(Store.Reader(), reader => reader.ReadMailbox(accountId, after, through)));

    private sealed class FailingSink : IStoredMessageSink
    {
        public bool Accept(in StoredMessage message) => throw new InvalidOperationException("The sink failed.");
    }
}
