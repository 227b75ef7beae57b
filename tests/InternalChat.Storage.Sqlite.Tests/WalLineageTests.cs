using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>
/// A database and a write-ahead log that do not belong together are not opened, and those that a killed server left always are: a false
/// alarm would be worse than the fault.
/// </summary>
public sealed class WalLineageTests : IDisposable
{
    private const string Mismatch = "beside it do not belong together";

    private readonly TemporaryDatabase _chat = new();

    public WalLineageTests()
    {
        _chat.Register("alice", "bob");
        _chat.Say(1, 2, "first");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_backup_that_was_copied_over_the_database_of_a_killed_server_is_not_taken_for_that_database()
    {
        var backup = Backup();
        _chat.Say(1, 2, "second");
        using var killed = _chat.Crash(open: false);
        File.Copy(backup, killed.File, overwrite: true);
        ExpectRefusal(killed);

        File.Delete(killed.File + "-wal");
        killed.Open();
        Assert.Equal([1], killed.History(1, 2));
    }

    [Fact]
    public void A_copy_of_an_earlier_state_is_not_taken_for_the_database()
    {
        _chat.Close();
        var copy = Path.Combine(_chat.Folder, "copy.db");
        File.Copy(_chat.File, copy);
        _chat.Open();
        BeginLogAnew();
        BeginLogAnew();
        using var killed = _chat.Crash(open: false);
        File.Copy(copy, killed.File, overwrite: true);
        ExpectRefusal(killed);
    }

    [Fact]
    public void A_copy_of_a_later_state_is_not_taken_for_the_database()
    {
        using var killed = _chat.Crash(open: false);
        BeginLogAnew();
        BeginLogAnew();
        _chat.Close();
        File.Copy(_chat.File, killed.File, overwrite: true);
        // The log's pages are older than those around them, so the two can hardly be read together.
        var failure = Assert.Throws<DatabaseException>(killed.Open);
        Assert.Contains("do not belong together", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_database_of_another_server_is_not_taken_for_the_database_nor_its_log_for_the_log()
    {
        using var other = new TemporaryDatabase();
        other.Register("carol", "dave");
        other.Say(2, 1, "of another server");
        using var theirs = other.Crash(open: false);
        using var ours = _chat.Crash(open: false);
        File.Copy(theirs.File, ours.File, overwrite: true);
        ExpectRefusal(ours);

        _chat.Close();
        File.Copy(theirs.File + "-wal", _chat.File + "-wal");
        ExpectRefusal(_chat);
    }

    [Fact]
    public void What_does_not_belong_together_is_neither_checked_nor_backed_up_nor_restored_nor_changed()
    {
        var backup = Backup();
        _chat.Say(1, 2, "second");
        using var killed = _chat.Crash(open: false);
        File.Copy(backup, killed.File, overwrite: true);
        var (file, log) = (FileBytes.HashOf(killed.File), FileBytes.HashOf(killed.File + "-wal"));
        Refuses(() => DatabaseCheck.Run(killed.File, _ => { }, cancellation: Cancellation));
        Refuses(() => DatabaseStatistics.Read(killed.File, cancellation: Cancellation));
        Refuses(() => DatabaseBackup.Write(killed.File, killed.File + ".bak", cancellation: Cancellation));
        Refuses(() => DatabaseRestore.Run(_chat.File + ".new", killed.File, _ => { }, cancellation: Cancellation));
        Refuses(() => DatabaseVacuum.Run(killed.File));
        Assert.Equal((file, log), (FileBytes.HashOf(killed.File), FileBytes.HashOf(killed.File + "-wal")));

        // A restore makes a pair of it again, and keeps what was there.
        var result = DatabaseRestore.Run(killed.File, backup, _ => { }, cancellation: Cancellation);
        Assert.Equal(log, FileBytes.HashOf(result.Kept + "-wal"));
        killed.Open();
        Assert.Equal([1], killed.History(1, 2));
    }

    [Fact]
    public void What_is_damaged_with_a_log_beside_it_is_refused_with_a_word_about_the_log()
    {
        using var killed = _chat.Crash(open: false);
        var bytes = File.ReadAllBytes(killed.File);
        bytes.AsSpan(4_096).Fill(0x55);
        File.WriteAllBytes(killed.File, bytes);
        File.SetLastWriteTimeUtc(killed.File, DateTime.UtcNow);
        var failure = Assert.Throws<DatabaseException>(killed.Open);
        Assert.Contains($"{killed.File}-wal", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_part_of_a_log_was_copied_into_the_database_and_in_whatever_order_they_belong_together()
    {
        for (var generation = 0; generation < 2; generation++)
        {
            Fill(messages: 200);
            using var killed = _chat.Crash(open: false);
            AssertOpensAfterEachPartOfACheckpoint(killed);
            BeginLogAnew();
        }
    }

    [Fact]
    public void A_log_belongs_to_its_database_at_every_moment_of_its_life()
    {
        for (var round = 0; round < 60; round++)
        {
            Fill(messages: 25);
            if (round % 3 == 0)
                _chat.Time.Advance(TimeSpan.FromSeconds(2));
            _chat.Writer.Maintain();
            if (round % 20 == 7)
                _chat.Do("PRAGMA wal_checkpoint(TRUNCATE)");
            if (round % 50 == 11)
                _chat.Do("UPDATE state SET refusals = refusals + 1");
            using var killed = _chat.Crash();
            Assert.Equal(_chat.Database.LastMessageId, killed.Database.LastMessageId);
            if (round % 25 == 3)
                _chat.Reopen();
        }
    }

    /// <summary>As a process leaves them that is killed, or a machine that fails, while it copies.</summary>
    private static void AssertOpensAfterEachPartOfACheckpoint(TemporaryDatabase killed)
    {
        var (before, log) = (File.ReadAllBytes(killed.File), File.ReadAllBytes(killed.File + "-wal"));
        using var copied = new TemporaryDatabase(open: false);
        File.WriteAllBytes(copied.File, before);
        File.WriteAllBytes(copied.File + "-wal", log);
        copied.Do("PRAGMA wal_checkpoint(TRUNCATE)");
        var after = File.ReadAllBytes(copied.File);
        var pages = after.Length / 4_096;
        for (var page = 0; page < pages; page += 2)
        {
            foreach (var part in new[] { 1 << page % 8, ~(1 << page % 8) })
            {
                var torn = new byte[after.Length];
                before.CopyTo(torn, 0);
                for (var number = 0; number < pages; number++)
                {
                    if ((part >> number % 8 & 1) != 0 && number <= page)
                        after.AsSpan(number * 4_096, 4_096).CopyTo(torn.AsSpan(number * 4_096));
                }

                using var moment = new TemporaryDatabase(open: false);
                File.WriteAllBytes(moment.File, torn);
                File.WriteAllBytes(moment.File + "-wal", log);
                moment.Open();
            }
        }
    }

    private static void ExpectRefusal(TemporaryDatabase chat)
    {
        var (file, log) = (FileBytes.HashOf(chat.File), FileBytes.HashOf(chat.File + "-wal"));
        var failure = Assert.Throws<DatabaseException>(chat.Open);
        Assert.Contains(Mismatch, failure.Message, StringComparison.Ordinal);
        Assert.Contains($"move {chat.File}-wal away", failure.Message, StringComparison.Ordinal);
        Assert.Equal((file, log), (FileBytes.HashOf(chat.File), FileBytes.HashOf(chat.File + "-wal")));
    }

    private static void Refuses(Action action) =>
        Assert.Contains(Mismatch, Assert.Throws<DatabaseException>(action).Message, StringComparison.Ordinal);

    private string Backup()
    {
        var backup = Path.Combine(_chat.Folder, "backup.db");
        DatabaseBackup.Write(_chat.File, backup, cancellation: Cancellation);
        return backup;
    }

    private void Fill(int messages)
    {
        for (var message = 0; message < messages; message++)
            _chat.Say(1 + (message % 2), 2 - (message % 2), new string('x', 300));
    }

    /// <summary>Writes until the server has begun the log anew, which its base tells.</summary>
    private void BeginLogAnew()
    {
        var before = _chat.Ask<long>("SELECT id FROM lineage");
        for (var round = 0; _chat.Ask<long>("SELECT id FROM lineage") == before; round++)
        {
            Assert.True(round < 2_000, "The log is not begun anew.");
            Fill(messages: 50);
            _chat.Writer.Maintain();
        }
    }
}
