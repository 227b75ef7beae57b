namespace InternalChat.Storage.Sqlite.Tests;

public sealed class BatchTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_rollback_gives_ids_back_and_undoes_messages_heads_receipts_blocks_and_accounts()
    {
        _chat.Say(1, 2, "kept");
        _chat.Writer.Block(5, 6, 0);
        _chat.Commit();
        Assert.True(_chat.Writer.IsBlocked(5, 6));

        Assert.Equal(2, _chat.Append(1, 2, "undone"u8, 0));
        Assert.Equal(3, _chat.Append(2, 7, "undone"u8, 0));
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(1, 2, 0, out _));
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(2, 2, 0, out _));
        _chat.Writer.Block(2, 1, 0);
        _chat.Writer.Unblock(5, 6);
        Assert.NotNull(_chat.Writer.CreateAccount("undone", "h", 0));
        Assert.True(_chat.Writer.IsBlocked(2, 1));
        Assert.False(_chat.Writer.IsBlocked(5, 6));
        _chat.Writer.Rollback();

        Assert.False(_chat.Writer.IsInTransaction);
        Assert.Equal(1, _chat.Database.LastMessageId);
        Assert.Equal(new Mailbox(1, 0), _chat.Writer.GetMailbox(2));
        Assert.Equal(new Mailbox(0, 0), _chat.Writer.GetMailbox(7));
        Assert.Equal([1], _chat.History(1, 2));
        Assert.False(_chat.Writer.IsBlocked(2, 1));
        Assert.True(_chat.Writer.IsBlocked(5, 6));
        Assert.Null(_chat.Writer.FindAccount("undone"));
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(2, 2, 0, out _));
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(1, 2, 0, out _));
        _chat.Commit();

        Assert.Equal([2], _chat.Say(2, 7, "again"));
        Assert.Equal([2], _chat.History(2, 7));
        Assert.Equal([2, 1], _chat.History(1, 2).Concat(_chat.History(2, 7)).OrderDescending());
        Assert.Equal([2], _chat.Reader().ListContacts(7, after: 0, count: 100));
        Assert.Equal([2], _chat.Pending(7));
    }

    [Fact]
    public void Only_the_recipient_marks_a_message_as_read_and_only_the_first_time_counts()
    {
        _chat.Say(1, 2, "x");
        Assert.Equal(ReadOutcome.Forbidden, _chat.Writer.MarkRead(1, 1, 0, out var sender));
        Assert.Equal(1, sender);
        Assert.Equal(ReadOutcome.Forbidden, _chat.Writer.MarkRead(1, 3, 0, out _));
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(2, 2, 0, out sender));
        Assert.Equal(0, sender);
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(0, 2, 0, out _));
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(-1, 2, 0, out _));
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(long.MaxValue, 2, 0, out _));
        Assert.False(_chat.Writer.IsInTransaction);

        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(1, 2, 77, out sender));
        Assert.Equal(1, sender);
        Assert.Equal(ReadOutcome.Again, _chat.Writer.MarkRead(1, 2, 78, out _));
        _chat.Commit();
        _chat.Reopen();
        Assert.Equal(ReadOutcome.Again, _chat.Writer.MarkRead(1, 2, 79, out sender));
        Assert.Equal(1, sender);
        Assert.Equal(77, _chat.Ask<long>("SELECT read_at FROM receipts WHERE message_id = 1"));
    }

    [Fact]
    public void Messages_that_are_no_longer_remembered_are_looked_up_for_receipts()
    {
        _chat.Options = _chat.Options with { RecentMessages = 4 };
        _chat.Reopen();
        _chat.Say(1, 2, [.. Enumerable.Repeat("x", 20)]);
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(1, 2, 0, out _));
        Assert.Equal(ReadOutcome.Again, _chat.Writer.MarkRead(1, 2, 0, out _));
        _chat.Writer.Rollback();
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(1, 2, 0, out _));
        Assert.Equal(ReadOutcome.Forbidden, _chat.Writer.MarkRead(2, 1, 0, out _));
        for (var i = 0; i < 10; i++)
            _chat.Append(1, 2, "x"u8, 0);
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(18, 2, 0, out _));
        _chat.Writer.Rollback();
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(18, 2, 0, out _));
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(21, 2, 0, out _));
    }

    [Fact]
    public void A_full_disk_refuses_the_batch_and_the_next_one_works_when_there_is_room()
    {
        _chat.Say(1, 2, "kept");
        _chat.Database.LimitPages(1);
        var body = new byte[4096];
        Array.Fill(body, (byte)'x');

        var failure = Assert.Throws<StorageException>(() =>
        {
            _chat.Writer.Block(2, 1, 0);
            for (var i = 0; i < 1_000; i++)
                _chat.Append(1, 2, body, 0);
            _chat.Commit();
        });

        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        Assert.False(_chat.Writer.IsInTransaction);
        Assert.Equal(1, _chat.Database.LastMessageId);
        Assert.Equal(new Mailbox(1, 0), _chat.Writer.GetMailbox(2));
        Assert.False(_chat.Writer.IsBlocked(2, 1));
        Assert.Equal([1], _chat.History(1, 2));

        _chat.Database.LimitPages(1_000_000);
        Assert.Equal([2], _chat.Say(1, 2, "works again"));
        Assert.Equal([2, 1], _chat.History(1, 2));
        _chat.Reopen();
        Assert.Equal([1, 2], _chat.Pending(2));
        _chat.AssertIntegrity();
    }

    [Fact]
    public void A_full_disk_does_not_disturb_maintenance_which_succeeds_later()
    {
        for (var user = 1L; user <= 3_000; user++)
            _chat.Append(user, user + 1, "x"u8, 0);
        _chat.Commit();
        _chat.Writer.SetDeliveredThrough(2, 1);
        _chat.Database.LimitPages(1);
        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(_chat.Writer.Maintain());
        Assert.False(_chat.Writer.IsInTransaction);

        _chat.Database.LimitPages(1_000_000);
        Assert.False(_chat.Writer.Maintain());
        _chat.Time.Advance(TimeSpan.FromSeconds(2));
        _chat.RunMaintenance();
        Assert.Equal(3_000, _chat.Ask<long>("SELECT count(*) FROM conversations"));
        Assert.Equal(3_000, _chat.Ask<long>("SELECT heads_through FROM state"));
        Assert.Equal(1, _chat.Ask<long>("SELECT delivered_through FROM mailboxes WHERE user_id = 2"));
    }

    [Fact]
    public void A_database_that_another_process_has_locked_refuses_the_batch_and_works_afterwards()
    {
        _chat.Say(1, 2, "x");
        using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_chat.File};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction();
            Assert.Throws<StorageException>(() => _chat.Append(1, 2, "x"u8, 0));
            Assert.False(_chat.Writer.IsInTransaction);
            Assert.Equal(new Mailbox(1, 0), _chat.Writer.GetMailbox(2));
        }

        Assert.Equal([2], _chat.Say(1, 2, "x"));
    }

    [Fact]
    public void Appending_allocates_nothing()
    {
        var body = new byte[100];
        Array.Fill(body, (byte)'x');
        Append(60_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Append(50_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Append(int rows)
        {
            for (var i = 1; i <= rows; i++)
            {
                _chat.Append(1 + (i % 100), 101 + (i % 77), body, 0);
                if (i % 500 == 0)
                {
                    _chat.Writer.Commit();
                    _chat.Writer.Maintain();
                }
            }
        }
    }

    [Fact]
    public void Preparing_a_batch_asks_for_nothing_and_allocates_nothing()
    {
        var keys = new KeysThatNobodyAsksFor();
        Assert.Empty(_chat.Writer.Prepare(keys));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            _chat.Writer.Prepare(keys);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(_chat.Writer.IsInTransaction);
    }

    [Fact]
    public void Marking_as_read_and_asking_for_blocks_and_mailboxes_allocates_nothing()
    {
        _chat.Say(1, 2, [.. Enumerable.Repeat("x", 2_000)]);
        Use(1, 1_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Use(1_001, 2_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Use(long from, long to)
        {
            for (var id = from; id <= to; id++)
            {
                _chat.Writer.MarkRead(id, 2, 0, out _);
                _chat.Writer.IsBlocked(2, 1);
                _chat.Writer.GetMailbox(2);
                _chat.Writer.SetDeliveredThrough(2, id);
            }

            _chat.Writer.Commit();
        }
    }

    private sealed class KeysThatNobodyAsksFor : IBatchKeys
    {
        public int Count => throw new InvalidOperationException("SQLite needs no keys.");

        public OperationKeys this[int index] => throw new InvalidOperationException("SQLite needs no keys.");
    }
}
