using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class LegacyUpgradeTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new(open: false);

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Accounts_and_their_hashes_are_kept_verbatim()
    {
        const string Hash = "pbkdf2_sha256$180000$00112233445566778899aabbccddeeff$ff";
        using (var legacy = new LegacyFile(_chat.File))
        {
            legacy.User("alice", Hash);
            legacy.User("bob", "other");
        }

        _chat.Open();
        Assert.Equal(Hash, _chat.Reader().FindCredentials("alice")!.PasswordHash);
        Assert.Equal(["alice", "bob"], _chat.Reader().ListUsernames("", 10));
        Assert.Equal(1_600_000_000, _chat.Ask<long>("SELECT created_at FROM users WHERE username = 'alice'"));
    }

    [Fact]
    public void Messages_keep_ids_timestamps_bodies_and_read_marks()
    {
        using (var legacy = new LegacyFile(_chat.File))
        {
            legacy.User("alice", "h");
            legacy.User("bob", "h");
            legacy.Message(5, "alice", "bob", "  héllo ", 1_600_000_005, deliveredAt: 1);
            legacy.Message(9, "bob", "alice", "", 1_600_000_009, deliveredAt: 1);
            legacy.Run("UPDATE messages SET read_at = 1600000077 WHERE id = 5");
        }

        _chat.Open();
        var (alice, bob) = (_chat.Writer.FindAccount("alice")!.Value.Id, _chat.Writer.FindAccount("bob")!.Value.Id);
        Assert.Equal([9, 5], _chat.History(alice, bob));
        var sink = new CollectingSink();
        _chat.Reader().ReadMessages([5, 9], sink);
        Assert.Equal([(5, alice, "alice", 1_600_000_005, "  héllo "), (9, bob, "bob", 1_600_000_009, "")], sink.Messages);
        Assert.Equal(1_600_000_077, _chat.Ask<long>("SELECT read_at FROM receipts WHERE message_id = 5"));
        Assert.Equal(ReadOutcome.Again, _chat.Writer.MarkRead(5, bob, 1, out _));
        Assert.Equal(ReadOutcome.FirstTime, _chat.Writer.MarkRead(9, alice, 1, out var sender));
        Assert.Equal(bob, sender);
        _chat.Commit();
        Assert.Equal([bob], _chat.Reader().ListContacts(alice, after: 0, count: 100));
        Assert.Equal([alice], _chat.Reader().ListContacts(bob, after: 0, count: 100));
        Assert.True(_chat.Reader().HaveBothWritten(alice, bob));
        Assert.Equal(7, _chat.Ask<long>("SELECT writers FROM conversations"));
    }

    [Fact]
    public void Only_what_was_never_delivered_is_pending_also_with_gaps()
    {
        using (var legacy = new LegacyFile(_chat.File))
        {
            legacy.User("alice", "h");
            legacy.User("bob", "h");
            legacy.User("carol", "h");
            foreach (var (id, delivered) in new[] { (1, true), (2, false), (3, true), (4, true), (7, false), (8, true) })
                legacy.Message(id, "alice", "bob", "x", 1, delivered ? 1 : null);
            legacy.Message(10, "alice", "carol", "x", 1, deliveredAt: 1);
        }

        _chat.Open();
        var (alice, bob, carol) = (Id("alice"), Id("bob"), Id("carol"));
        Assert.Equal([2, 7], _chat.Pending(bob));
        Assert.Empty(_chat.Pending(carol));
        Assert.Empty(_chat.Pending(alice));
        Assert.Equal([8, 7, 4, 3, 2, 1], _chat.History(alice, bob));

        Assert.Equal([11], _chat.Say(alice, bob, "new"));
        Assert.Equal([12], _chat.Say(alice, carol, "new"));
        Assert.Equal([2, 7, 11], _chat.Pending(bob));
        Assert.Equal([12], _chat.Pending(carol));
        _chat.Writer.SetDeliveredThrough(bob, 7);
        _chat.Reopen();
        Assert.Equal([11], _chat.Pending(bob));
    }

    [Fact]
    public void Blocks_are_kept()
    {
        using (var legacy = new LegacyFile(_chat.File))
        {
            legacy.User("alice", "h");
            legacy.User("bob", "h");
            legacy.Block("alice", "bob");
            legacy.Block("alice", "ghost");
        }

        _chat.Open();
        Assert.True(_chat.Writer.IsBlocked(Id("alice"), Id("bob")));
        Assert.True(_chat.Writer.IsBlocked(Id("alice"), Id("ghost")));
        Assert.False(_chat.Writer.IsBlocked(Id("bob"), Id("alice")));
    }

    [Fact]
    public void Whom_only_a_message_names_gets_an_account_that_nobody_can_use()
    {
        using (var legacy = new LegacyFile(_chat.File))
            legacy.Message(1, "gone", "lost", "x", 1);

        _chat.Open();
        Assert.Equal(Credentials.UnusableHash, _chat.Reader().FindCredentials("gone")!.PasswordHash);
        Assert.Equal([1], _chat.Pending(Id("lost")));
    }

    [Fact]
    public void Ids_that_the_original_had_given_and_deleted_are_not_given_again()
    {
        using (var legacy = new LegacyFile(_chat.File))
        {
            legacy.Message(41, "alice", "bob", "x", 1);
            legacy.Message(42, "alice", "bob", "x", 1);
            legacy.Run("DELETE FROM messages WHERE id = 42");
        }

        _chat.Open();
        Assert.Equal(42, _chat.Database.LastMessageId);
        Assert.Equal([43], _chat.Say(Id("alice"), Id("bob"), "x"));
    }

    [Fact]
    public void A_file_without_read_marks_is_upgraded_too()
    {
        using (var legacy = new LegacyFile(_chat.File, withReadAt: false))
            legacy.Message(1, "alice", "bob", "x", 1);

        _chat.Open();
        Assert.Equal([1], _chat.Pending(Id("bob")));
    }

    [Fact]
    public void The_backup_is_the_whole_old_file_with_what_was_in_its_wal()
    {
        using (var source = new TemporaryDatabase(open: false))
        using (var legacy = new LegacyFile(source.File, wal: true))
        {
            legacy.Message(1, "alice", "bob", "only in the WAL", 1);
            File.Copy(source.File, _chat.File);
            File.Copy(source.File + "-wal", _chat.File + "-wal");
        }

        _chat.Open();
        Assert.Equal([1], _chat.Pending(Id("bob")));
        var backup = Assert.Single(Directory.GetFiles(_chat.Folder, "*.bak"));
        Assert.Matches(@"chat\.db\.v0-\d{8}T\d{6}Z\.bak$", backup);
        _chat.Close();
        Assert.Equal(3, Directory.GetFiles(_chat.Folder).Length);
        Assert.True(File.Exists(_chat.File + ".lock"));

        File.Move(backup, _chat.File, overwrite: true);
        Assert.Equal("only in the WAL", _chat.Ask<string>("SELECT body FROM messages WHERE sender = 'alice'"));
    }

    [Fact]
    public void A_second_start_does_not_upgrade_again()
    {
        using (var legacy = new LegacyFile(_chat.File))
            legacy.Message(1, "alice", "bob", "x", 1);

        _chat.Open();
        _chat.Reopen();
        Assert.Single(Directory.GetFiles(_chat.Folder, "*.bak"));
        _chat.AssertIntegrity();
    }

    [Fact]
    public void An_upgrade_that_fails_in_the_middle_leaves_the_old_file_and_the_next_start_upgrades_it()
    {
        WriteManyMessages();
        var before = FileBytes.HashOf(_chat.File);
        var logger = new LoggerThatActs("UpgradeProgress", () => throw new InvalidOperationException("killed"));
        Assert.Throws<InvalidOperationException>(() => ChatDatabase.Open(_chat.Options, _chat.Time, logger));

        Assert.Equal(before, FileBytes.HashOf(_chat.File));
        // A service manager starts it every second.
        Assert.Empty(Directory.GetFiles(_chat.Folder, "*.bak"));
        _chat.Open();
        Assert.Equal(30_000, _chat.Database.LastMessageId);
    }

    [Fact]
    public void An_upgrade_without_room_for_its_backup_is_not_begun()
    {
        using (var legacy = new LegacyFile(_chat.File))
            legacy.Message(1, "alice", "bob", "x", 1);
        Directory.CreateDirectory($"{_chat.File}.v0-{_chat.Time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}.bak.partial");
        var before = FileBytes.HashOf(_chat.File);
        var failure = Assert.Throws<DatabaseException>(_chat.Open);
        Assert.Contains("was not upgraded, because no backup could be written", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, FileBytes.HashOf(_chat.File));
    }

    [Fact]
    public void An_upgrade_that_is_killed_in_the_middle_starts_over_from_the_old_file()
    {
        WriteManyMessages();
        TemporaryDatabase? crashed = null;
        var crashing = new LoggerThatActs("UpgradeProgress", () => crashed ??= _chat.Crash(open: false));
        ChatDatabase.Open(_chat.Options, _chat.Time, crashing).Dispose();

        using (crashed)
        {
            Assert.NotNull(crashed);
            crashed.Open();
            Assert.Equal(30_000, crashed.Database.LastMessageId);
            Assert.Equal(30_000, crashed.Pending(crashed.Writer.FindAccount("bob")!.Value.Id).Length);
            crashed.Close();
            crashed.AssertIntegrity();
        }
    }

    private void WriteManyMessages()
    {
        using var legacy = new LegacyFile(_chat.File);
        legacy.User("alice", "h");
        legacy.Run("""
            INSERT INTO messages (sender, recipient, body, created_at)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT 'alice', 'bob', 'body ' || i, i FROM n
            """);
    }

    private long Id(string name) => _chat.Writer.FindAccount(name)!.Value.Id;
}
