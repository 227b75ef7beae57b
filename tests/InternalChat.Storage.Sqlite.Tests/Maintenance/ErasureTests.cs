using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class ErasureTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    private IStoreWriter Accounts => _chat.Writer;

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Nothing_about_a_person_is_left_in_the_files()
    {
        var people = Crowd();
        var victim = people[3];
        Assert.NotEqual(0, _chat.Occurrences("victim's words"));
        Erase(victim);
        AssertGone();

        // Also after what a stop writes, and after a start.
        _chat.Close();
        AssertGone();
        _chat.Open();
        AssertGone();
        Assert.Null(_chat.Reader().FindAccount("the.victim"));
        Assert.DoesNotContain("the.victim", _chat.Reader().ListUsernames("", 100));
        _chat.Close();
        foreach (var (table, column) in Columns)
            Assert.Equal(0, _chat.Ask<long>($"SELECT count(*) FROM {table} WHERE {column} = {victim}"));
        Assert.Equal(0, _chat.Ask<long>("SELECT count(*) FROM erasures"));
        _chat.AssertIntegrity();

        void AssertGone()
        {
            Assert.Equal(0, _chat.Occurrences("the.victim"));
            Assert.Equal(0, _chat.Occurrences("victim's words"));
            Assert.Equal(0, _chat.Occurrences("words for the victim"));
        }
    }

    [Fact]
    public void Others_keep_their_history_and_what_waits_for_them_although_the_victim_wrote_in_between()
    {
        var (alice, bob, victim) = Three();
        var kept = new List<long>();
        for (var i = 0; i < 3_000; i++)
        {
            kept.Add(_chat.Append(alice, bob, "to bob"u8, 0));
            _chat.Append(victim, bob, "victim's words"u8, 0);
            _chat.Append(victim, alice, "victim's words"u8, 0);
        }

        _chat.Commit();
        _chat.Writer.SetDeliveredThrough(bob, kept[499]);
        Erase(victim);
        Assert.Equal(kept[500..], Delivered(bob));
        Assert.Equal(kept[^200..], Enumerable.Reverse(_chat.History(alice, bob)));
        Assert.Empty(Delivered(alice));
        Assert.Empty(_chat.History(alice, victim));
        Assert.Equal([bob], _chat.Reader().ListContacts(alice, after: 0, count: 100));

        _chat.Reopen();
        Assert.Equal(kept[500..], Delivered(bob));
        var next = _chat.Say(alice, bob, "goes on")[0];
        Assert.Equal([next, kept[^1]], _chat.History(alice, bob, 2));
    }

    [Fact]
    public void A_walk_that_is_under_way_goes_on_through_what_is_erased()
    {
        var (alice, bob, victim) = Three();
        var kept = new List<long>();
        for (var i = 0; i < 2_500; i++)
        {
            kept.Add(_chat.Append(alice, bob, "to bob"u8, 0));
            _chat.Append(victim, bob, "victim's words"u8, 0);
        }

        _chat.Commit();
        var reader = _chat.Reader();
        var cursor = reader.ReadMailbox(bob, 0, _chat.Database.LastMessageId);
        var sink = new CollectingSink();
        while (sink.Messages.Count == 0)
            Assert.True(reader.Read(cursor, sink));
        Erase(victim);
        while (reader.Read(cursor, sink))
        {
        }

        Assert.Equal(kept, sink.Messages.Where(message => message.SenderId == alice).Select(message => message.Id));
    }

    [Fact]
    public void An_erased_message_cannot_be_marked_as_read_and_its_receipt_is_gone()
    {
        var (alice, _, victim) = Three();
        var ids = _chat.Say(victim, alice, "read", "unread");
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(ids[0], alice, 5, out _));
        _chat.Commit();
        Erase(victim);
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(ids[0], alice, 6, out _));
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(ids[1], alice, 6, out _));
        _chat.Reopen();
        Assert.Equal(ReadOutcome.UnknownMessage, _chat.Writer.MarkRead(ids[1], alice, 6, out _));
        Assert.Equal(0, _chat.Ask<long>("SELECT count(*) FROM receipts"));
    }

    [Fact]
    public void The_name_is_free_again_and_its_new_owner_inherits_nothing()
    {
        var (alice, _, victim) = Three();
        _chat.Say(alice, victim, "words for the victim");
        Erase(victim);
        var heir = _chat.Register("the.victim")[0];
        Assert.NotEqual(victim, heir);
        Assert.Empty(_chat.Pending(heir));
        Assert.Empty(_chat.History(alice, heir));
        Assert.Empty(_chat.Reader().ListContacts(heir, after: 0, count: 100));

        _chat.Reopen();
        Assert.True(_chat.Register("newest")[0] > heir);
    }

    [Fact]
    public void A_crash_in_the_middle_is_made_good_at_the_next_start()
    {
        var people = Crowd();
        var victim = people[3];
        Accounts.BeginErasure(victim);
        _chat.Commit();
        var crashes = 0;
        while (_chat.Writer.Maintain())
        {
            using var crashed = _chat.Crash();
            crashed.FinishErasure(victim);
            Assert.Equal(0, crashed.Occurrences("the.victim"));
            Assert.Equal(0, crashed.Occurrences("victim's words"));
            Assert.Equal(0, crashed.Occurrences("words for the victim"));
            crashes++;
        }

        Assert.InRange(crashes, 4, 100);
    }

    [Fact]
    public void A_slice_that_the_file_refuses_is_done_again()
    {
        var people = Crowd();
        Accounts.BeginErasure(people[3]);
        _chat.Commit();
        using (var foreign = new SqliteConnection($"Data Source={_chat.File};Pooling=False"))
        {
            foreign.Open();
            using var transaction = foreign.BeginTransaction();
            _chat.RunMaintenance();
            Assert.False(_chat.Writer.IsInTransaction);
            Assert.True(_chat.Reader().IsErasurePending(people[3]));
        }

        _chat.FinishErasure(people[3]);
        Assert.Equal(0, _chat.Occurrences("victim's words"));
    }

    [Fact]
    public void The_wal_is_emptied_once_a_foreign_reader_lets_go()
    {
        var people = Crowd();
        using (var foreign = new SqliteConnection($"Data Source={_chat.File};Pooling=False"))
        {
            foreign.Open();
            using var transaction = foreign.BeginTransaction(deferred: true);
            using var command = foreign.CreateCommand();
            command.CommandText = "SELECT count(*) FROM messages";
            command.ExecuteScalar();

            Accounts.BeginErasure(people[3]);
            _chat.Commit();
            for (var i = 0; i < 10; i++)
            {
                _chat.Time.Advance(TimeSpan.FromSeconds(1));
                _chat.RunMaintenance();
            }

            Assert.True(_chat.Reader().IsErasurePending(people[3]));
        }

        _chat.FinishErasure(people[3]);
        Assert.Equal(0, _chat.Occurrences("victim's words"));
    }

    [Fact]
    public void Several_people_may_be_erased_one_after_the_other_also_those_who_wrote_to_each_other()
    {
        var people = Crowd();
        foreach (var victim in new[] { people[3], people[0], people[7] })
            Accounts.BeginErasure(victim);
        _chat.Commit();
        foreach (var victim in new[] { people[3], people[0], people[7] })
            _chat.FinishErasure(victim);
        foreach (var word in new[] { "the.victim", "victim's words", "person-0", "person-7" })
            Assert.Equal(0, _chat.Occurrences(word));
        _chat.Close();
        Assert.Equal(
            0,
            _chat.Ask<long>($"SELECT count(*) FROM messages WHERE sender_id > 0 AND (sender_id IN ({people[0]}, {people[3]}))"));
        Assert.Equal(1, _chat.Ask<long>("SELECT users_to_rewrite FROM state"));
        _chat.Reopen();
        Assert.Equal(0, _chat.Ask<long>("SELECT users_to_rewrite FROM state"));
        Assert.Equal(7, _chat.Reader().ListUsernames("", 100).Count);
    }

    private static readonly (string Table, string Column)[] Columns =
    [
        ("users", "id"),
        ("messages", "sender_id"), ("messages", "recipient_id"),
        ("mailboxes", "user_id"),
        ("conversations", "low_user_id"), ("conversations", "high_user_id"),
        ("contacts", "user_id"), ("contacts", "contact_id"),
        ("blocks", "blocker_id"), ("blocks", "blocked_id"),
    ];

    private void Erase(long victim)
    {
        Assert.True(Accounts.BeginErasure(victim));
        _chat.Commit();
        _chat.FinishErasure(victim);
    }

    /// <summary>What the account would get at its next login.</summary>
    private long[] Delivered(long accountId)
    {
        var sink = new CollectingSink();
        _chat.Reader().ReadMessages(_chat.Pending(accountId), sink);
        return [.. sink.Messages.Select(message => message.Id)];
    }

    private (long Alice, long Bob, long Victim) Three()
    {
        var ids = _chat.Register("alice", "bob", "the.victim");
        return (ids[0], ids[1], ids[2]);
    }

    /// <summary>Ten people who write to each other, messages of all lengths; the fourth is the victim.</summary>
    private long[] Crowd()
    {
        var people = _chat.Register([.. Enumerable.Range(0, 10).Select(i => i == 3 ? "the.victim" : $"person-{i}")]);
        var random = new Random(1);
        for (var i = 0; i < 6_000; i++)
        {
            var (from, to) = (random.Next(10), random.Next(10));
            if (from == to)
                continue;
            var words = from == 3 ? "victim's words " : to == 3 ? "words for the victim " : $"from person-{from} ";
            var body = string.Concat(Enumerable.Repeat(words, 1 + (random.Next(20) == 0 ? random.Next(150) : random.Next(4))));
            var id = _chat.Append(people[from], people[to], System.Text.Encoding.UTF8.GetBytes(body), 1_700_000_000 + i);
            if (i % 3 == 0)
                _chat.Writer.MarkRead(id, people[to], 1, out _);
            if (i % 100 == 0)
                _chat.Commit();
        }

        foreach (var person in people)
        {
            _chat.Writer.Block(people[3], person, 0);
            _chat.Writer.Block(person, people[3], 0);
        }

        _chat.Commit();
        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        _chat.RunMaintenance();
        return people;
    }
}
