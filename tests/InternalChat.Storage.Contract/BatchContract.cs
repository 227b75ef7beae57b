using System.Text;

namespace InternalChat.Storage.Contract;

/// <summary>Batches: what they hold, who sees them when, and which ids their messages get.</summary>
public abstract class BatchContract : StoreContract
{
    [Fact]
    public void Readers_see_nothing_of_a_batch_before_its_commit_and_all_of_it_after()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var reader = Store.Reader();
        var id = Append(alice, bob, "hi").Id;
        Writer.Block(bob, alice, Now);
        Writer.CreateAccount("carol", "h", Now);
        Writer.SetPasswordHash(alice, "another");
        Assert.Empty(Conversation(alice, bob));
        Assert.Empty(Ids(ReadToEnd(reader, reader => reader.ReadMailbox(bob, 0, long.MaxValue))));
        Assert.False(reader.IsBlocked(bob, alice));
        Assert.Null(reader.FindAccount("carol"));
        Assert.Equal("hash of alice", reader.FindCredentials("alice")!.PasswordHash);

        Commit();
        Assert.Equal([id], Conversation(alice, bob));
        Assert.Equal([id], Ids(ReadToEnd(reader, reader => reader.ReadMailbox(bob, 0, long.MaxValue))));
        Assert.True(reader.IsBlocked(bob, alice));
        Assert.NotNull(reader.FindAccount("carol"));
        Assert.Equal("another", reader.FindCredentials("alice")!.PasswordHash);
    }

    [Fact]
    public void The_writer_sees_the_changes_of_its_own_batch()
    {
        var alice = Register("alice")[0];
        var bob = Writer.CreateAccount("bob", "h", Now)!.Value;
        Assert.Equal(bob, Writer.FindAccount("bob"));
        var id = Append(alice, bob.Id).Id;
        Assert.Equal(new Mailbox(id, 0), Writer.GetMailbox(bob.Id));
        Assert.Equal(ReadOutcome.FirstTime, Writer.MarkRead(id, bob.Id, Now, out var sender));
        Assert.Equal(alice, sender);
        Assert.Equal(ReadOutcome.Again, Writer.MarkRead(id, bob.Id, Now, out _));
        Writer.Block(alice, bob.Id, Now);
        Assert.True(Writer.IsBlocked(alice, bob.Id));
        Writer.Unblock(alice, bob.Id);
        Assert.False(Writer.IsBlocked(alice, bob.Id));
        Assert.True(Writer.Suspend(bob.Id));
        Assert.Equal(AccountStatus.Suspended, Writer.FindAccount("bob")!.Value.Status);
    }

    [Fact]
    public void A_batch_that_is_rolled_back_leaves_no_trace()
    {
        var (alice, bob, carol) = (Register("alice")[0], Register("bob")[0], Register("carol")[0]);
        var kept = Say(alice, bob, "kept")[0];
        Writer.Block(alice, carol, Now);
        Commit();

        Append(bob, alice);
        Append(alice, bob);
        Writer.MarkRead(kept, bob, Now, out _);
        Writer.Block(bob, alice, Now);
        Writer.Unblock(alice, carol);
        Writer.CreateAccount("dave", "h", Now);
        Writer.SetPasswordHash(alice, "another");
        Writer.Suspend(carol);
        // What was asked meanwhile must not be remembered.
        Assert.True(Writer.IsBlocked(bob, alice));
        Assert.False(Writer.IsBlocked(alice, carol));
        Assert.NotNull(Writer.FindAccount("dave"));
        Assert.NotEqual(new Mailbox(kept, 0), Writer.GetMailbox(bob));
        Writer.Rollback();

        Assert.False(Writer.IsInTransaction);
        Assert.Equal(new Mailbox(kept, 0), Writer.GetMailbox(bob));
        Assert.Equal(new Mailbox(0, 0), Writer.GetMailbox(alice));
        Assert.Equal([kept], Conversation(alice, bob));
        Assert.Equal([kept], Pending(bob));
        Assert.False(Writer.IsBlocked(bob, alice));
        Assert.True(Writer.IsBlocked(alice, carol));
        Assert.Null(Writer.FindAccount("dave"));
        Assert.Equal("hash of alice", Store.Reader().FindCredentials("alice")!.PasswordHash);
        Assert.Equal(AccountStatus.Active, Writer.FindAccount("carol")!.Value.Status);
        Assert.False(Store.Reader().HaveBothWritten(alice, bob));
        Assert.Equal(ReadOutcome.FirstTime, Writer.MarkRead(kept, bob, Now, out _));
    }

    [Fact]
    public void Without_a_batch_a_commit_and_a_rollback_do_nothing()
    {
        Assert.False(Writer.IsInTransaction);
        Commit();
        Writer.Rollback();
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Say(alice, bob, "x")[0];
        Writer.Rollback();
        Assert.Equal([id], Conversation(alice, bob));
    }

    [Fact]
    public void What_only_looks_or_is_written_later_opens_no_batch()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Say(alice, bob, "x")[0];
        Writer.MarkRead(id, bob, Now, out _);
        Commit();

        Writer.FindAccount("alice");
        Writer.FindAccount("nobody");
        Writer.IsBlocked(alice, bob);
        Writer.Enter(alice);
        Writer.GetMailbox(bob);
        Writer.SetDeliveredThrough(bob, id);
        Writer.NoteNetwork(bob, 77, Now);
        Writer.Leave(alice);
        Assert.Equal(ReadOutcome.Again, Writer.MarkRead(id, bob, Now, out _));
        Assert.Equal(ReadOutcome.Forbidden, Writer.MarkRead(id, alice, Now, out _));
        Assert.False(Writer.IsInTransaction);
    }

    [Fact]
    public void Ids_increase_over_the_whole_store()
    {
        var users = Register("alice", "bob", "carol");
        var ids = new List<long>();
        for (var i = 0; i < 30; i++)
        {
            ids.Add(Append(users[i % 3], users[(i + 1) % 3]).Id);
            if (i % 4 == 0)
                Commit();
        }

        Assert.True(ids[0] > 0);
        Assert.Equal(ids.Order().Distinct(), ids);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_id_of_a_committed_message_is_never_given_again(bool crashes)
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var last = Say(alice, bob, "a", "b")[^1];
        Append(alice, bob);
        Writer.Rollback();
        Assert.True(Say(alice, bob, "c")[0] is var third && third > last);
        if (crashes)
            Store.Crash();
        else
            Store.Restart();
        Assert.True(Say(alice, bob, "d")[0] > third);
        Assert.Equal(4, Conversation(alice, bob).Length);
    }

    [Fact]
    public void An_append_says_what_was_the_recipients_newest_message_before()
    {
        var (alice, bob, carol) = (Register("alice")[0], Register("bob")[0], Register("carol")[0]);
        var first = Append(alice, bob);
        Assert.Equal(0, first.RecipientHeadBefore);
        var second = Append(carol, bob);
        Assert.Equal(first.Id, second.RecipientHeadBefore);
        Commit();
        Append(alice, bob);
        Writer.Rollback();
        Assert.Equal(second.Id, Append(alice, bob).RecipientHeadBefore);
        Assert.Equal(0, Append(bob, alice).RecipientHeadBefore);
    }

    [Fact]
    public void A_body_is_kept_byte_for_byte_and_copied_before_the_call_returns()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var longest = string.Concat(Enumerable.Repeat("ж\0€🙂", 4_096 / 10));
        var bytes = Encoding.UTF8.GetBytes(longest);
        Writer.Append(alice, bob, bytes, Now);
        Array.Clear(bytes);
        Say(alice, bob, " ", "\t a");
        var bodies = ReadToEnd(Store.Reader(), reader => reader.FindConversation(alice, bob, 10)).Select(static message => message.Body);
        Assert.Equal([longest, " ", "\t a"], bodies);
    }

    [Fact]
    public void What_is_committed_survives_a_crash_and_nothing_else_of_a_batch_does()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Say(alice, bob, "kept")[0];
        Writer.MarkRead(id, bob, Now, out _);
        Writer.Block(alice, bob, Now);
        Commit();
        Append(alice, bob, "lost");
        Writer.CreateAccount("lost", "h", Now);
        Writer.Unblock(alice, bob);

        Store.Crash();
        Assert.False(Writer.IsInTransaction);
        Assert.Equal([id], Conversation(alice, bob));
        Assert.Equal(id, Writer.GetMailbox(bob).LastMessageId);
        Assert.Equal(ReadOutcome.Again, Writer.MarkRead(id, bob, Now, out _));
        Assert.True(Writer.IsBlocked(alice, bob));
        Assert.Null(Writer.FindAccount("lost"));
    }

    [Fact]
    public void A_batch_that_cannot_be_stored_leaves_no_trace_and_the_next_one_is_stored()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Say(alice, bob, "kept")[0];
        Assert.SkipUnless(Store.TryBreak(), "This store cannot be made to fail.");
        // The store may notice it with any change, or only with the commit.
        Action tooMuch = () =>
        {
            Writer.Block(bob, alice, Now);
            for (var i = 0; i < 1_000; i++)
                Append(alice, bob, new string('x', 4_096));
            var result = Writer.Commit();
            Assert.Equal(CommitOutcome.NotStored, result.Outcome);
            throw new StorageException(result.Failure);
        };
        Assert.NotEmpty(Assert.Throws<StorageException>(tooMuch).Message);

        Assert.False(Writer.IsInTransaction);
        Assert.Equal(new Mailbox(id, 0), Writer.GetMailbox(bob));
        Assert.False(Writer.IsBlocked(bob, alice));
        Assert.Equal([id], Conversation(alice, bob));
        Store.Repair();
        var next = Say(alice, bob, "again")[0];
        Assert.Equal([id, next], Conversation(alice, bob));
    }

    [Fact]
    public void Maintenance_leaves_an_open_batch_alone()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var kept = Say(alice, bob, "kept")[0];
        Writer.SetDeliveredThrough(bob, kept);
        Append(alice, bob);
        Store.Advance(TimeSpan.FromMinutes(1));
        Writer.Maintain();
        Assert.True(Writer.IsInTransaction);
        Writer.Rollback();
        Assert.Equal([kept], Conversation(alice, bob));
    }

    [Fact]
    public void Maintenance_never_throws_for_a_store_that_is_failing_and_catches_up_later()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Say(alice, bob, "x")[0];
        Writer.SetDeliveredThrough(bob, id);
        Assert.SkipUnless(Store.TryBreak(), "This store cannot be made to fail.");
        Maintain();
        Store.Repair();
        Store.Advance(TimeSpan.FromMinutes(1));
        Maintain();
        Store.Crash();
        Assert.Equal(new Mailbox(id, id), Writer.GetMailbox(bob));
    }

    [Fact]
    public void Operations_that_wait_are_named_by_rising_index_and_do_not_wait_for_ever()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var keys = new Keys([
            new(alice, "bob", 0), new(bob, "nobody", 0), new(0, "carol", 0), new(bob, null, Say(alice, bob, "x")[0]), new(alice, null, 77),
        ]);
        for (var tries = 0; keys.Count > 0; tries++)
        {
            Assert.True(tries < 1_000, "Operations wait for ever.");
            var waiting = Writer.Prepare(keys);
            Assert.Equal(waiting.Select(static operation => operation.Index).Order().Distinct(), waiting.Select(static wait => wait.Index));
            Assert.All(waiting, wait => Assert.InRange(wait.Index, 0, keys.Count - 1));
            Assert.All(waiting, static wait => Assert.NotEmpty(wait.Reason));
            keys = new Keys([.. waiting.Select(wait => keys[wait.Index])]);
        }

        Assert.Empty(Writer.Prepare(new Keys([])));
        Assert.False(Writer.IsInTransaction);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_the_recipient_marks_a_message_as_read_and_only_the_first_time_counts(bool restarts)
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Say(alice, bob, "x")[0];
        Assert.Equal(ReadOutcome.Forbidden, Writer.MarkRead(id, alice, Now, out var sender));
        Assert.Equal(alice, sender);
        foreach (var unknown in new[] { id + 1, 0, -1, long.MinValue, long.MaxValue })
        {
            Assert.Equal(ReadOutcome.UnknownMessage, Writer.MarkRead(unknown, bob, Now, out sender));
            Assert.Equal(0, sender);
        }

        Assert.Equal(ReadOutcome.FirstTime, Writer.MarkRead(id, bob, Now, out sender));
        Assert.Equal(alice, sender);
        Commit();
        if (restarts)
            Store.Restart();
        Assert.Equal(ReadOutcome.Again, Writer.MarkRead(id, bob, Now, out sender));
        Assert.Equal(alice, sender);
    }

    private sealed class Keys(OperationKeys[] keys) : IBatchKeys
    {
        public int Count => keys.Length;

        public OperationKeys this[int index] => keys[index];
    }
}
