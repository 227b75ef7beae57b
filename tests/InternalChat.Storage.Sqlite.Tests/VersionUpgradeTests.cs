using InternalChat.Storage.Sqlite.Maintenance;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class VersionUpgradeTests : IDisposable
{
    private const int WalHeader = 32;
    private const int WalFrame = 24 + 4_096;

    private readonly TemporaryDatabase _chat = new(open: false);
    private long _alice;
    private long _bob;
    private long _carol;

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Accounts_messages_marks_receipts_and_blocks_of_version_1_are_kept()
    {
        WriteVersion1().Dispose();
        _chat.Open();
        AssertContent(_chat);
        Assert.Equal(2, _chat.Ask<long>("PRAGMA user_version"));
        Assert.Equal(1_700_000_000, _chat.Ask<long>("SELECT min(created_at) FROM users"));
        Assert.Equal(1_700_000_777, _chat.Ask<long>("SELECT read_at FROM receipts"));
        AssertNoFindings(_chat);
    }

    [Fact]
    public void An_upgraded_file_goes_on_where_version_1_stopped()
    {
        WriteVersion1().Dispose();
        _chat.Open();
        Assert.Equal([_carol + 1], _chat.Register("dave"));
        Assert.Equal([7], _chat.Say(_alice, _bob, "new"));
        Assert.Equal([7, 5, 4, 2, 1], _chat.History(_alice, _bob));
        Assert.Equal([4, 5, 7], _chat.Pending(_bob));
        _chat.Writer.SetDeliveredThrough(_bob, 5);
        _chat.Writer.Suspend(_carol);
        _chat.Commit();
        _chat.Reopen();
        Assert.Equal([7], _chat.Pending(_bob));
        Assert.Equal(AccountStatus.Suspended, _chat.Writer.FindAccount("carol")!.Value.Status);
        AssertNoFindings(_chat);
    }

    [Fact]
    public void The_backup_is_a_version_1_file_that_can_be_used_again()
    {
        WriteVersion1().Dispose();
        _chat.Open();
        _chat.Say(_alice, _bob, "only in the new file");
        _chat.Close();
        var backup = Assert.Single(Directory.GetFiles(_chat.Folder, "*.bak"));
        Assert.Matches(@"chat\.db\.v1-\d{8}T\d{6}Z\.bak$", backup);

        using var old = new TemporaryDatabase(open: false);
        File.Copy(backup, old.File);
        AssertVersion1(old);
        old.AssertIntegrity();
        old.Open();
        AssertContent(old);
    }

    [Fact]
    public void The_backup_has_what_was_only_in_the_wal()
    {
        using (var source = new TemporaryDatabase(open: false))
        using (WriteVersion1(source))
        using (var killed = source.Crash(open: false))
        {
            File.Copy(killed.File, _chat.File);
            File.Copy(killed.File + "-wal", _chat.File + "-wal");
        }

        Assert.Equal(0, FileBytes.Occurrences(_chat.File, "third"));
        _chat.Open();
        AssertContent(_chat);
        _chat.Close();
        Assert.Equal(1, FileBytes.Occurrences(Assert.Single(Directory.GetFiles(_chat.Folder, "*.bak")), "third"));
    }

    [Fact]
    public void A_second_start_does_not_upgrade_again()
    {
        WriteVersion1().Dispose();
        _chat.Open();
        _chat.Reopen();
        Assert.Single(Directory.GetFiles(_chat.Folder, "*.bak"));
    }

    [Fact]
    public void A_file_of_version_1_that_came_from_the_original_server_is_sound_after_the_upgrade()
    {
        using (var file = WriteVersion1())
        {
            // Of the original's messages a mailbox had only those that were pending.
            file.Run("UPDATE messages SET previous_in_mailbox = 0 WHERE id IN (3, 4)");
        }

        _chat.Open();
        AssertContent(_chat);
        _chat.Say(_alice, _bob, "new");
        AssertNoFindings(_chat);
    }

    [Fact]
    public void A_password_hash_that_version_1_replaced_does_not_stay_readable()
    {
        using (var file = WriteVersion1())
        {
            // More pages than the upgrade makes use of again.
            for (var account = 0; account < 200; account++)
                file.Account($"user{account}", "hash of before");
            file.Run("UPDATE users SET password_hash = 'longer than the one before' || hex(zeroblob(200)) WHERE id > 3");
        }

        AssertGoes("hash of before");
    }

    [Fact]
    public void What_version_1_left_on_free_pages_does_not_stay_readable()
    {
        using (var file = WriteVersion1())
        {
            file.Run("CREATE TABLE legacy_messages (body TEXT)");
            // More pages than the upgrade itself takes.
            for (var row = 0; row < 50; row++)
                file.Run("INSERT INTO legacy_messages VALUES ('of the original server' || hex(zeroblob(1500)))");
            file.Run("DROP TABLE legacy_messages");
        }

        AssertGoes("of the original server");
    }

    [Fact]
    public void An_upgrade_that_fails_in_the_middle_leaves_version_1_and_the_next_start_upgrades_it()
    {
        // Accounts have been written anew by the time that this is in the way.
        using (var file = WriteVersion1())
            file.Run("CREATE TABLE erasures (user_id INTEGER PRIMARY KEY)");
        var before = FileBytes.HashOf(_chat.File);

        var failure = Assert.Throws<DatabaseException>(_chat.Open);
        Assert.Contains("erasures already exists", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, FileBytes.HashOf(_chat.File));
        AssertVersion1(_chat);
        Assert.Empty(Directory.GetFiles(_chat.Folder, "*.bak"));

        _chat.Do("DROP TABLE erasures");
        _chat.Open();
        AssertContent(_chat);
        Assert.Single(Directory.GetFiles(_chat.Folder, "*.bak"));
    }

    [Fact]
    public void An_upgrade_without_room_for_its_backup_is_not_begun()
    {
        WriteVersion1().Dispose();
        Directory.CreateDirectory($"{_chat.File}.v1-{_chat.Time.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}.bak.partial");
        var before = FileBytes.HashOf(_chat.File);
        var failure = Assert.Throws<DatabaseException>(_chat.Open);
        Assert.Contains("was not upgraded, because no backup could be written", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, FileBytes.HashOf(_chat.File));
        AssertVersion1(_chat);
    }

    [Fact]
    public void An_upgrade_that_is_killed_at_any_moment_starts_over_from_version_1()
    {
        WriteVersion1().Dispose();
        TemporaryDatabase? killed = null;
        ChatDatabase.Open(_chat.Options, _chat.Time, new LoggerThatActs("Opened", () => killed = _chat.Crash(open: false))).Dispose();
        Assert.NotNull(killed);
        using (killed)
        {
            var wal = File.ReadAllBytes(killed.File + "-wal");
            var frames = (wal.Length - WalHeader) / WalFrame;
            Assert.InRange(frames, 5, 100);
            for (var written = 0; written < frames; written++)
            {
                using var moment = new TemporaryDatabase(open: false);
                File.Copy(killed.File, moment.File);
                File.WriteAllBytes(moment.File + "-wal", wal[..(WalHeader + (written * WalFrame))]);
                AssertVersion1(moment);
                moment.Open();
                AssertContent(moment);
            }

            Assert.Equal(2, killed.Ask<long>("PRAGMA user_version"));
            killed.Open();
            AssertContent(killed);
        }
    }

    /// <summary>The first three messages are delivered, and the tables of heads know of no others.</summary>
    private Version1File WriteVersion1(TemporaryDatabase? at = null)
    {
        var file = new Version1File((at ?? _chat).File);
        (_alice, _bob, _carol) = (file.Account("alice", "hash of alice"), file.Account("bob", "hash of bob"), file.Account("carol", "!"));
        file.Message(_alice, _bob, "first");
        file.Message(_bob, _alice, "  second ");
        file.Message(_carol, _bob, "third");
        file.Read(1);
        file.Block(_bob, _carol);
        file.Deliver(_bob, through: 3);
        file.Deliver(_alice, through: 2);
        file.WriteBehind();
        file.Message(_alice, _bob, "fourth");
        file.Message(_alice, _bob, "fifth");
        file.Message(_alice, _carol, "the first of its conversation");
        return file;
    }

    private void AssertContent(TemporaryDatabase chat)
    {
        var reader = chat.Reader();
        Assert.Equal(["alice", "bob", "carol"], reader.ListUsernames("", 10));
        Assert.Equal((_bob, "bob", "hash of bob", AccountStatus.Active), Fields(reader.FindCredentials("bob")!));
        Assert.Equal(Credentials.UnusableHash, reader.FindCredentials("carol")!.PasswordHash);
        Assert.Equal(6, chat.Database.LastMessageId);
        Assert.Equal([5, 4, 2, 1], chat.History(_alice, _bob));
        Assert.Equal([3], chat.History(_bob, _carol));
        Assert.Equal([6], chat.History(_carol, _alice));
        Assert.Equal([_bob, _carol], reader.ListContacts(_alice, after: 0, count: 100));
        Assert.True(reader.HaveBothWritten(_bob, _alice));
        Assert.False(reader.HaveBothWritten(_bob, _carol));
        Assert.False(reader.HaveBothWritten(_alice, _carol));
        var sink = new CollectingSink();
        reader.ReadMessages([2, 6], sink);
        Assert.Equal(
            [(2, _bob, "bob", 1_700_000_002, "  second "), (6, _alice, "alice", 1_700_000_006, "the first of its conversation")],
            sink.Messages);
        Assert.Empty(chat.Pending(_alice));
        Assert.Equal([4, 5], chat.Pending(_bob));
        Assert.Equal([6], chat.Pending(_carol));
        Assert.Equal(ReadOutcome.Again, chat.Writer.MarkRead(1, _bob, 1, out _));
        Assert.Equal(ReadOutcome.FirstTime, chat.Writer.MarkRead(2, _alice, 1, out _));
        chat.Writer.Rollback();
        Assert.True(chat.Writer.IsBlocked(_bob, _carol));
        Assert.False(chat.Writer.IsBlocked(_carol, _bob));

        static (long, string, string, AccountStatus) Fields(Credentials known) =>
            (known.Id, known.Username, known.PasswordHash, known.Status);
    }

    /// <summary>Looks without changing anything or leaving anything behind.</summary>
    private static void AssertVersion1(TemporaryDatabase chat)
    {
        using var copy = chat.Crash(open: false);
        Assert.Equal(1, copy.Ask<long>("PRAGMA user_version"));
        Assert.Equal(3, copy.Ask<long>("SELECT count(*) FROM users WHERE username IN ('alice', 'bob', 'carol')"));
        Assert.Equal(6, copy.Ask<long>("SELECT count(*) FROM messages"));
        Assert.Throws<SqliteException>(() => copy.Ask<long>("SELECT count(status) FROM users"));
    }

    private void AssertGoes(string text)
    {
        Assert.NotEqual(0, _chat.Occurrences(text));
        _chat.Open();
        AssertNoFindings(_chat);
        _chat.Close();
        Assert.Equal(0, _chat.Occurrences(text));
    }

    private static void AssertNoFindings(TemporaryDatabase chat)
    {
        var findings = new List<string>();
        DatabaseCheck.Run(chat.File, findings.Add, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(findings);
    }
}
