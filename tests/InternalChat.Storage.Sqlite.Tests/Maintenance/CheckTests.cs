using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class CheckTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_database_in_use_is_sound_at_any_moment()
    {
        var people = Fill();
        Assert.Empty(Check());
        _chat.Append(people[0], people[1], "not committed"u8, 0);
        Assert.Empty(Check());
        _chat.Commit();
        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        _chat.RunMaintenance();
        Assert.Empty(Check());
        _chat.Reopen();
        Assert.Empty(Check());
        _chat.Close();
        Assert.Empty(Check());
        Assert.Equal(["chat.db", "chat.db.lock"], Directory.GetFiles(_chat.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_a_crash_leaves_is_sound()
    {
        Fill();
        using var crashed = _chat.Crash(open: false);
        Assert.Empty(Check(crashed.File));
    }

    [Theory]
    [InlineData(
        "UPDATE messages SET previous_in_conversation = 2 WHERE id = 6",
        "message 6: the message before it in the conversation is 1")]
    [InlineData(
        "UPDATE messages SET previous_in_conversation = 0 WHERE id = 6",
        "message 6: the message before it in the conversation is 1")]
    [InlineData("UPDATE messages SET previous_in_conversation = 9 WHERE id = 6", "message 6: points back at 9")]
    [InlineData("UPDATE messages SET previous_in_mailbox = 0 WHERE id = 6", "message 6: the message before it in the mailbox is 3")]
    [InlineData("UPDATE messages SET previous_in_mailbox = 4 WHERE id = 6", "message 6: the message before it in the mailbox is 3")]
    [InlineData("UPDATE messages SET previous_in_mailbox = -1 WHERE id = 6", "message 6: points back at")]
    [InlineData("DELETE FROM messages WHERE id = 8", "points at 8")]
    [InlineData("UPDATE messages SET sender_id = 99 WHERE id = 3", "message 3: is from account 99")]
    [InlineData("UPDATE messages SET recipient_id = 99 WHERE id = 3", "to account 99, which are not both there")]
    [InlineData("UPDATE messages SET sender_id = 0 WHERE id = 3", "message 3: was wiped and still has a body")]
    [InlineData("UPDATE conversations SET last_message_id = 1 WHERE low_user_id = 1 AND high_user_id = 2", "but its head is 1")]
    [InlineData("UPDATE conversations SET last_message_id = 5000 WHERE low_user_id = 1 AND high_user_id = 2", "but its head is 5000")]
    [InlineData(
        "DELETE FROM conversations WHERE low_user_id = 1 AND high_user_id = 2",
        "conversation of 1 and 2: its last message is 96, but it has no head")]
    [InlineData("INSERT INTO conversations VALUES (1, 77, 0, 0)", "conversation of 1 and 77: these are not two accounts")]
    [InlineData(
        "UPDATE conversations SET low_user_id = 2, high_user_id = 1 WHERE low_user_id = 1 AND high_user_id = 2",
        "conversation of 2 and 1: these are not two")]
    [InlineData("UPDATE mailboxes SET last_message_id = 3 WHERE user_id = 2", "mailbox of 2: its last message is 98, but its head is 3")]
    [InlineData(
        "UPDATE mailboxes SET last_message_id = 100 WHERE user_id = 2",
        "mailbox of 2: its last message is 98, but its head is 100")]
    [InlineData("DELETE FROM mailboxes WHERE user_id = 2", "mailbox of 2: its last message is 98, but it has no head")]
    [InlineData(
        "UPDATE mailboxes SET delivered_through = 1000 WHERE user_id = 2",
        "mailbox of 2: is delivered up to message 1000, but the last one is 100")]
    [InlineData("INSERT INTO mailboxes VALUES (55, 0, 0)", "mailbox of 55: there is no such account")]
    [InlineData("DELETE FROM contacts WHERE user_id = 1 AND contact_id = 2", "contacts: 2 has 1, but not the other way round")]
    [InlineData(
        "DELETE FROM contacts WHERE user_id + contact_id = 3",
        "contacts: 1 and 2 have a conversation and are not each other's contacts")]
    [InlineData("INSERT INTO contacts VALUES (1, 66), (66, 1)", "contacts: 1 has 66, and there is no such account")]
    [InlineData("INSERT INTO blocks VALUES (1, 66, 0)", "blocks: 1 blocks 66, and these are not two accounts")]
    [InlineData("INSERT INTO blocks VALUES (1, 1, 0)", "blocks: 1 blocks 1, and these are not two accounts")]
    [InlineData("INSERT INTO receipts VALUES (4000, 0)", "receipts: message 4000 was read, but there is no such message")]
    [InlineData("DELETE FROM users WHERE id = 2", "account 2")]
    [InlineData("UPDATE users SET status = 9 WHERE id = 2", "account 2: has no name, or a status of 9")]
    [InlineData("UPDATE sqlite_sequence SET seq = 1", "users: account 5 is newer than the counter")]
    [InlineData("UPDATE state SET heads_through = 1000", "state: heads are said to be true up to message 1000, but the last one is 100")]
    [InlineData("DELETE FROM state", "state: has 0 rows")]
    public void Damage_is_found(string damage, string finding)
    {
        Fill();
        _chat.Close();
        Assert.Empty(Check());
        _chat.Do(damage);
        Assert.Contains(Check(), line => line.Contains(finding, StringComparison.Ordinal));
    }

    [Fact]
    public void A_damaged_page_is_found()
    {
        Fill();
        _chat.Close();
        using (var file = new FileStream(_chat.File, FileMode.Open))
        {
            file.Position = 4096;
            file.Write(Enumerable.Repeat((byte)0xEE, 100).ToArray());
        }

        Assert.Contains(Check(), line => line.StartsWith("SQLite:", StringComparison.Ordinal));
    }

    [Fact]
    public void An_index_that_lacks_an_account_is_found()
    {
        Fill();
        _chat.Close();
        _chat.Do(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema "
                + "SET sql = replace(sql, 'UNIQUE INDEX users_by_name ON users (username)', "
                + "'UNIQUE INDEX users_by_name ON users (username) WHERE id <> 2') WHERE name = 'users_by_name'");
        _chat.Do("REINDEX users_by_name");
        _chat.Do(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema "
                + "SET sql = replace(sql, ' WHERE id <> 2', '') WHERE name = 'users_by_name'");
        Assert.Contains(Check(), line => line.Contains("users_by_name", StringComparison.Ordinal));
    }

    [Fact]
    public void The_first_hundred_findings_are_told_and_all_are_counted()
    {
        Fill();
        _chat.Close();
        _chat.Do("UPDATE messages SET previous_in_conversation = id, previous_in_mailbox = id");
        var lines = new List<string>();
        var result = DatabaseCheck.Run(_chat.File, lines.Add, cancellation: Cancellation);
        Assert.True(result.Findings > 200);
        Assert.Equal(101, lines.Count);
    }

    [Fact]
    public void In_the_middle_of_an_erasure_a_database_is_sound()
    {
        var people = _chat.Register("alice", "bob", "carol");
        // More than a slice goes through.
        for (var i = 0; i < 20_000; i++)
            _chat.Append(people[i % 3], people[(i + 1) % 3], "x"u8, 0);
        _chat.Commit();
        _chat.Reopen();
        _chat.Writer.BeginErasure(people[2]);
        _chat.Commit();
        for (var slices = 0; slices < 8; slices++)
        {
            Assert.Empty(Check());
            _chat.Time.Advance(TimeSpan.FromSeconds(1));
            _chat.Writer.Maintain();
        }

        _chat.FinishErasure(people[2]);
        Assert.Empty(Check());
    }

    [Fact]
    public void After_erasure_and_retention_a_database_is_sound()
    {
        var people = Fill();
        _chat.Writer.BeginErasure(people[2]);
        _chat.Commit();
        Assert.Empty(Check());
        _chat.Writer.Maintain();
        Assert.Empty(Check());
        _chat.FinishErasure(people[2]);
        Assert.Empty(Check());
        _chat.Database.Retention = TimeSpan.FromDays(1);
        _chat.RunRetention();
        Assert.Empty(Check());
        _chat.Reopen();
        Assert.Empty(Check());
    }

    [Fact]
    public void A_database_whose_messages_are_all_gone_is_sound()
    {
        Fill();
        _chat.Close();
        _chat.Do("DELETE FROM messages; DELETE FROM receipts");
        Assert.Empty(Check());
    }

    [Fact]
    public void An_upgraded_database_of_the_original_is_sound()
    {
        _chat.Close();
        File.Delete(_chat.File);
        using (var legacy = new LegacyFile(_chat.File))
        {
            legacy.User("alice", "h");
            foreach (var (id, delivered) in new[] { (1, true), (2, false), (3, true), (4, true), (7, false), (8, true) })
                legacy.Message(id, "alice", id % 2 == 0 ? "bob" : "ghost", "x", 1, delivered ? 1 : null);
        }

        _chat.Open();
        Assert.Empty(Check());
        _chat.Say(_chat.Writer.FindAccount("alice")!.Value.Id, _chat.Writer.FindAccount("bob")!.Value.Id, "new", "newer");
        Assert.Empty(Check());
        _chat.Reopen();
        Assert.Empty(Check());
    }

    [Fact]
    public void What_is_no_database_of_this_version_is_refused()
    {
        Assert.Contains("There is no database", Refusal(Path.Combine(_chat.Folder, "missing.db")), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_chat.Folder, "text.db"), new string('x', 10_000));
        Assert.Contains("not a database", Refusal(Path.Combine(_chat.Folder, "text.db")), StringComparison.Ordinal);
        using (new LegacyFile(Path.Combine(_chat.Folder, "legacy.db")))
        {
        }

        Assert.Contains("original server's", Refusal(Path.Combine(_chat.Folder, "legacy.db")), StringComparison.Ordinal);

        static string Refusal(string path) =>
            Assert.Throws<DatabaseException>(() => DatabaseCheck.Run(path, _ => { }, cancellation: Cancellation)).Message;
    }

    private List<string> Check(string? path = null)
    {
        var lines = new List<string>();
        var result = DatabaseCheck.Run(path ?? _chat.File, lines.Add, cancellation: Cancellation);
        Assert.Equal(result.Findings, lines.Count);
        return lines;
    }

    /// <summary>A hundred messages between five people, all in the tables. Message 1 + 5 i is from one to two.</summary>
    private long[] Fill()
    {
        var people = _chat.Register("alice", "bob", "carol", "dave", "eve");
        for (var i = 0; i < 100; i++)
        {
            var (from, to) = (people[i % 5], people[(i % 5) switch { 0 => 1, 1 => 2, 2 => 1, 3 => 0, _ => 3 }]);
            var id = _chat.Append(from, to, "some words"u8, _chat.Time.GetUtcNow().ToUnixTimeSeconds() - ((100 - i) * 3_600));
            if (i % 7 == 0)
                _chat.Writer.MarkRead(id, to, 1, out _);
        }

        _chat.Writer.Block(people[0], people[1], 0);
        _chat.Commit();
        _chat.Writer.SetDeliveredThrough(people[1], 40);
        return people;
    }
}
