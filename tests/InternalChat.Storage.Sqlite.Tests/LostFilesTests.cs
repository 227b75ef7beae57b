using System.Diagnostics;
using System.Text.RegularExpressions;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;
using InternalChat.Storage.Sqlite.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>Nothing is acknowledged into a file that has lost its name, whoever took it away and however.</summary>
public sealed class LostFilesTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new(open: false);

    public LostFilesTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Files are told apart on Linux only.");
        _chat.Open();
        _chat.Register("alice", "bob");
        _chat.Say(1, 2, "kept");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_removed_database_refuses_the_very_next_batch()
    {
        RemoveAll();
        Assert.Contains("was removed, moved or replaced", ExpectRefusal(), StringComparison.Ordinal);
        Assert.Contains("was removed, moved or replaced", _chat.Database.StoreFailure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_removed_database_is_noticed_within_a_second_when_nobody_writes()
    {
        _chat.Writer.Maintain();
        RemoveAll();
        _chat.Writer.Maintain();
        Assert.Null(_chat.Database.StoreFailure);
        _chat.Time.Advance(TimeSpan.FromSeconds(1));
        _chat.Writer.Maintain();
        Assert.NotNull(_chat.Database.StoreFailure);
    }

    [Fact]
    public void The_operator_is_told_once_however_long_it_lasts_and_however_many_batches_are_refused()
    {
        RemoveAll();
        for (var second = 0; second < 10; second++)
        {
            ExpectRefusal();
            _chat.Time.Advance(TimeSpan.FromSeconds(1));
            _chat.Writer.Maintain();
        }

        Assert.Single(_chat.Logger.Lines, line => line.Contains("messages are refused", StringComparison.Ordinal));
        Assert.DoesNotContain(_chat.Logger.Lines, line => line.StartsWith("A batch", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_removed_database_held_can_be_saved_as_the_log_says()
    {
        RemoveAll();
        var failure = ExpectRefusal();
        foreach (Match command in Regex.Matches(failure, "'(cp [^']+)'"))
        {
            var arguments = command.Groups[1].Value.Replace("COPY", Path.Combine(_chat.Folder, "saved.db"), StringComparison.Ordinal);
            using var copying = Process.Start("sh", ["-c", arguments]);
            copying.WaitForExit();
            Assert.Equal(0, copying.ExitCode);
        }

        _chat.Close();
        File.Delete(_chat.File + "-wal");
        DatabaseRestore.Run(_chat.File, Path.Combine(_chat.Folder, "saved.db"), _ => { }, cancellation: Cancellation);
        _chat.Open();
        Assert.Equal([1], _chat.History(1, 2));
    }

    [Fact]
    public void A_database_that_is_moved_back_is_written_on()
    {
        File.Move(_chat.File, _chat.File + ".away");
        ExpectRefusal();
        Look();
        File.Move(_chat.File + ".away", _chat.File);
        Look();
        Assert.Null(_chat.Database.StoreFailure);
        Assert.Equal([2], _chat.Say(1, 2, "and on"));
        Assert.Single(_chat.Logger.Lines, line => line.Contains("is where it was", StringComparison.Ordinal));
        _chat.Reopen();
        Assert.Equal([2, 1], _chat.History(1, 2));
    }

    [Fact]
    public void A_moved_database_has_everything_once_the_server_has_ended()
    {
        var moved = Path.Combine(_chat.Folder, "moved.db");
        File.Move(_chat.File, moved);
        _chat.Close();
        using var database = ChatDatabase.Open(new DatabaseOptions { Path = moved });
        Assert.Equal(1, database.LastMessageId);
    }

    [Fact]
    public void A_database_that_a_backup_has_replaced_is_not_written_on_and_the_backup_is_used_after_a_restart()
    {
        var backup = Path.Combine(_chat.Folder, "backup.db");
        DatabaseBackup.Write(_chat.File, backup, cancellation: Cancellation);
        _chat.Say(1, 2, "after the backup");
        File.Move(backup, _chat.File, overwrite: true);
        ExpectRefusal();
        _chat.Reopen();
        Assert.Equal([1], _chat.History(1, 2));
    }

    [Fact]
    public void A_database_whose_name_became_a_link_to_it_is_not_written_on()
    {
        // After a start by that link its write-ahead log would be looked for beside the file itself.
        var elsewhere = Directory.CreateDirectory(Path.Combine(_chat.Folder, "elsewhere")).FullName;
        File.Move(_chat.File, Path.Combine(elsewhere, "chat.db"));
        File.CreateSymbolicLink(_chat.File, Path.Combine(elsewhere, "chat.db"));
        ExpectRefusal();
    }

    [Fact]
    public void A_folder_that_was_renamed_or_replaced_is_noticed()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_chat.Folder, "data")).FullName;
        using var database = ChatDatabase.Open(new DatabaseOptions { Path = Path.Combine(folder, "chat.db") });
        Directory.Move(folder, folder + ".away");
        database.Writer.Append(1, 2, "x"u8, 0);
        Assert.Equal(CommitOutcome.NotStored, database.Writer.Commit().Outcome);
        Directory.CreateDirectory(folder);
        database.Writer.Append(1, 2, "x"u8, 0);
        Assert.Equal(CommitOutcome.NotStored, database.Writer.Commit().Outcome);
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-shm")]
    public void What_is_removed_beside_the_database_stops_it_and_costs_nothing_that_was_acknowledged(string companion)
    {
        File.Delete(_chat.File + companion);
        Look();
        Assert.Contains(companion + " was removed", ExpectRefusal(), StringComparison.Ordinal);
        for (var tries = 0; File.ReadAllBytes(_chat.File).AsSpan().IndexOf("kept"u8) < 0; tries++)
        {
            Assert.True(tries < 10_000, "The write-ahead log is not copied.");
            Look();
            Thread.Yield();
        }

        // What a killed server leaves has all of it, and so has what an orderly end leaves.
        using (var crashed = _chat.Crash())
            Assert.Equal([1], crashed.History(1, 2));
        _chat.Reopen();
        Assert.Equal([1], _chat.History(1, 2));
    }

    [Fact]
    public void A_copy_that_is_written_over_the_open_database_is_noticed_and_not_written_into()
    {
        var backup = Path.Combine(_chat.Folder, "backup.db");
        DatabaseBackup.Write(_chat.File, backup, cancellation: Cancellation);
        _chat.Say(1, 2, "later");
        File.Copy(backup, _chat.File, overwrite: true);
        Assert.Contains("was overwritten", ExpectRefusal(), StringComparison.Ordinal);
        Look();
        _chat.Close();
        Assert.Equal(File.ReadAllBytes(backup), File.ReadAllBytes(_chat.File));
    }

    [Fact]
    public void A_database_that_was_cut_to_nothing_is_noticed()
    {
        using (var file = new FileStream(_chat.File, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(0);
        Assert.Contains("was overwritten", ExpectRefusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Closing_leaves_alone_what_has_taken_the_names_meanwhile()
    {
        using var other = _chat.Crash(open: false);
        RemoveAll();
        foreach (var suffix in new[] { "", "-wal" })
            File.Copy(other.File + suffix, _chat.File + suffix);
        _chat.Close();
        Assert.Equal(File.ReadAllBytes(other.File + "-wal"), File.ReadAllBytes(_chat.File + "-wal"));
    }

    [Fact]
    public void A_hard_link_to_the_open_database_is_warned_of_once()
    {
        Link(_chat.File, _chat.File + ".link");
        Look();
        Look();
        Assert.Single(_chat.Logger.Lines, line => line.Contains("has 2 names", StringComparison.Ordinal));
        Assert.Equal([2], _chat.Say(1, 2, "goes on"));
        File.Delete(_chat.File + ".link");
        Look();
        Assert.Single(_chat.Logger.Lines, line => line.Contains("has one name again", StringComparison.Ordinal));
    }

    [Fact]
    public void A_database_of_several_names_is_not_opened_but_can_be_read()
    {
        _chat.Close();
        var link = Path.Combine(_chat.Folder, "link.db");
        Link(_chat.File, link);
        foreach (var name in new[] { _chat.File, link })
        {
            var failure = Assert.Throws<DatabaseException>(() => ChatDatabase.Open(new DatabaseOptions { Path = name }).Dispose());
            Assert.Contains("has 2 names (hard links)", failure.Message, StringComparison.Ordinal);
            Assert.Equal(0, DatabaseCheck.Run(name, _ => { }, cancellation: Cancellation).Findings);
            Assert.Equal(1, DatabaseStatistics.Read(name, cancellation: Cancellation).LastMessageId);
            Assert.Equal(1, DatabaseBackup.Write(name, name + ".bak", cancellation: Cancellation).LastMessageId);
        }

        Assert.Throws<DatabaseException>(() => DatabaseVacuum.Run(link));
        File.Delete(link);
        _chat.Open();
    }

    [Fact]
    public void A_server_keeps_its_database_when_that_has_another_name_now_and_when_its_lock_file_is_gone()
    {
        var moved = Path.Combine(_chat.Folder, "moved.db");
        File.Move(_chat.File, moved);
        ExpectInUse(() => ChatDatabase.Open(new DatabaseOptions { Path = moved }).Dispose());
        ExpectInUse(() => DatabaseVacuum.Run(moved));
        File.Move(moved, _chat.File);
        File.Delete(_chat.File + ".lock");
        ExpectInUse(() => ChatDatabase.Open(_chat.Options).Dispose());
        File.Delete(_chat.File + ".lock");
        var backup = Path.Combine(_chat.Folder, "backup.db");
        DatabaseBackup.Write(_chat.File, backup, cancellation: Cancellation);
        ExpectInUse(() => DatabaseRestore.Run(_chat.File, backup, _ => { }, cancellation: Cancellation));

        static void ExpectInUse(Action open) =>
            Assert.Contains("in use by a server", Assert.Throws<DatabaseException>(open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mkfifo")]
    [InlineData("ln -s loop")]
    public void What_is_no_regular_file_is_refused_as_a_database(string command)
    {
        _chat.Close();
        File.Delete(_chat.File);
        using var making = Process.Start("sh", ["-c", $"cd {_chat.Folder} && {command} chat.db && {{ ln -s chat.db loop || true; }}"]);
        making.WaitForExit();
        Assert.Throws<DatabaseException>(() => ChatDatabase.Open(_chat.Options).Dispose());
    }

    [Fact]
    public void Looking_at_the_files_allocates_nothing()
    {
        using var other = new TemporaryDatabase();
        other.Close();
        using var claim = FileClaim.TakeDatabase(other.File);
        using var presence = new DatabasePresence(other.File, claim, TimeProvider.System, NullLogger.Instance);
        presence.Require();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var commit = 0; commit < 1_000; commit++)
            presence.Require();
        // Compiling it better meanwhile may take some; an object for each look would be 24,000.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 12_000);
    }

    private static void Link(string path, string name)
    {
        using var linking = Process.Start("ln", [path, name]);
        linking.WaitForExit();
        Assert.Equal(0, linking.ExitCode);
    }

    private void RemoveAll()
    {
        foreach (var file in Directory.GetFiles(_chat.Folder, "chat.db*"))
            File.Delete(file);
    }

    private void Look()
    {
        _chat.Time.Advance(TimeSpan.FromSeconds(1));
        _chat.Writer.Maintain();
    }

    private string ExpectRefusal()
    {
        _chat.Append(1, 2, "lost"u8, 0);
        return _chat.CommitFails();
    }
}
