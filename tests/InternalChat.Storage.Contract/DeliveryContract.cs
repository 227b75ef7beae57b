namespace InternalChat.Storage.Contract;

/// <summary>Sessions, and the mark up to which an account has its messages.</summary>
public abstract class DeliveryContract : StoreContract
{
    private static readonly TimeSpan DurableWithin = TimeSpan.FromSeconds(5);

    [Fact]
    public void A_session_enters_with_the_ends_of_its_mailbox_and_whether_it_blocks_anybody()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        Assert.Equal(new SessionEntry(EntryOutcome.Entered, default, BlocksAnybody: false), Writer.Enter(alice));
        Writer.Leave(alice);

        var ids = Say(bob, alice, "a", "b", "c");
        Writer.Block(alice, bob, Now);
        Commit();
        Writer.SetDeliveredThrough(alice, ids[1]);
        Assert.Equal(new SessionEntry(EntryOutcome.Entered, new Mailbox(ids[2], ids[1]), BlocksAnybody: true), Writer.Enter(alice));
        Writer.Leave(alice);
        Writer.Unblock(alice, bob);
        Commit();
        Assert.False(Writer.Enter(alice).BlocksAnybody);
    }

    [Fact]
    public void An_account_enters_again_after_it_has_left_and_after_a_restart()
    {
        var alice = Register("alice")[0];
        for (var times = 0; times < 3; times++)
        {
            Assert.Equal(EntryOutcome.Entered, Writer.Enter(alice).Outcome);
            Writer.Leave(alice);
        }

        Writer.Enter(alice);
        Store.Restart();
        Assert.Equal(EntryOutcome.Entered, Writer.Enter(alice).Outcome);
    }

    [Fact]
    public void A_delivered_mark_counts_at_once_and_never_moves_back()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var ids = Say(alice, bob, "a", "b", "c");
        Writer.SetDeliveredThrough(bob, ids[1]);
        Assert.Equal(new Mailbox(ids[2], ids[1]), Writer.GetMailbox(bob));
        Assert.Equal(ids[2..], Pending(bob));
        Writer.SetDeliveredThrough(bob, ids[0]);
        Writer.SetDeliveredThrough(bob, 0);
        Assert.Equal(new Mailbox(ids[2], ids[1]), Writer.GetMailbox(bob));
        Assert.Equal(new Mailbox(0, 0), Writer.GetMailbox(alice));
    }

    [Fact]
    public void A_delivered_mark_does_not_reach_beyond_what_is_committed()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        Say(alice, bob, "a");
        var undone = Append(alice, bob, "undone").Id;
        Writer.SetDeliveredThrough(bob, undone);
        Writer.Rollback();
        Writer.SetDeliveredThrough(bob, undone);
        var next = Say(alice, bob, "next")[0];
        Assert.Equal([next], Pending(bob));
    }

    [Fact]
    public void A_delivered_mark_belongs_to_no_batch()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var id = Say(alice, bob, "a")[0];
        Append(alice, bob, "undone");
        Writer.SetDeliveredThrough(bob, id);
        Writer.Rollback();
        Assert.Equal(new Mailbox(id, id), Writer.GetMailbox(bob));
    }

    [Fact]
    public void A_delivered_mark_is_durable_soon_after_and_at_an_orderly_end()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var ids = Say(alice, bob, "a", "b", "c");
        Writer.SetDeliveredThrough(bob, ids[0]);
        Store.Restart();
        Assert.Equal(new Mailbox(ids[2], ids[0]), Writer.GetMailbox(bob));

        Writer.SetDeliveredThrough(bob, ids[1]);
        Store.Advance(DurableWithin);
        Maintain();
        Store.Crash();
        Assert.Equal(new Mailbox(ids[2], ids[1]), Writer.GetMailbox(bob));
        Assert.Equal(ids[2..], Pending(bob));
    }

    [Fact]
    public void After_a_crash_a_delivered_mark_is_nowhere_ahead_of_what_was_said()
    {
        var (alice, bob) = (Register("alice")[0], Register("bob")[0]);
        var ids = Say(alice, bob, "a", "b", "c");
        Writer.SetDeliveredThrough(bob, ids[1]);
        Store.Crash();
        Assert.InRange(Writer.GetMailbox(bob).DeliveredThrough, 0, ids[1]);
        Assert.Equal(ids[2], Writer.GetMailbox(bob).LastMessageId);
    }

    [Fact]
    public void Heads_of_many_mailboxes_and_conversations_are_right_after_a_crash_and_after_an_orderly_end()
    {
        var users = Register([.. Enumerable.Range(0, 40).Select(static user => $"user{user}")]);
        var heads = new long[users.Length];
        for (var i = 0; i < 1_000; i++)
        {
            var (sender, recipient) = (i * 7 % users.Length, i * 13 % users.Length);
            if (sender != recipient)
                heads[recipient] = Append(users[sender], users[recipient]).Id;
            if (i % 10 == 0)
                Commit();
            if (i % 100 == 0)
                Maintain();
        }

        Commit();
        Store.Crash();
        AssertHeads();
        Store.Restart();
        AssertHeads();

        void AssertHeads()
        {
            for (var user = 0; user < users.Length; user++)
                Assert.Equal(heads[user], Writer.GetMailbox(users[user]).LastMessageId);
        }
    }
}
