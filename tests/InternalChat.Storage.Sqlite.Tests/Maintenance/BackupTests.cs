using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class BackupTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    private string Target => Path.Combine(_chat.Folder, "backup.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_backup_of_an_open_database_has_all_that_is_committed_also_what_the_tables_lack_yet()
    {
        var people = _chat.Register("alice", "bob");
        var ids = _chat.Say(people[0], people[1], "one", "two", "three");
        _chat.Writer.SetDeliveredThrough(people[1], ids[0]);
        _chat.Time.Advance(TimeSpan.FromSeconds(1));
        _chat.RunMaintenance();
        var last = _chat.Say(people[1], people[0], "in no table of heads yet")[0];
        _chat.Append(people[0], people[1], "not committed"u8, 0);

        var result = DatabaseBackup.Write(_chat.File, Target, cancellation: Cancellation);
        Assert.Equal((Target, last), (result.Path, result.LastMessageId));
        Assert.Equal(new FileInfo(Target).Length, result.Bytes);
        _chat.Writer.Rollback();

        using var restored = Restored();
        Assert.Equal(last, restored.Database.LastMessageId);
        Assert.Equal([last, .. Enumerable.Reverse(ids)], restored.History(people[0], people[1]));
        Assert.Equal(ids[1..], restored.Pending(people[1]));
        Assert.Equal("hash of alice", restored.Reader().FindCredentials("alice")!.PasswordHash);
    }

    [Fact]
    public void A_database_under_the_name_that_the_backup_has_meanwhile_is_refused_and_stays()
    {
        _chat.Register("alice");
        _chat.Close();
        var source = Target + ".partial";
        File.Copy(_chat.File, source);
        var failure = Assert.Throws<DatabaseException>(() => DatabaseBackup.Write(source, Target, cancellation: Cancellation));
        Assert.Contains(source, failure.Message, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_chat.File), File.ReadAllBytes(source));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_backup_under_load_has_every_message_committed_before_it_began_and_no_hole()
    {
        var people = _chat.Register("alice", "bob");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var firstMegabytes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var committed = 0L;
        var writer = Task.Run(() =>
        {
            var body = new byte[1_000];
            Array.Fill(body, (byte)'x');
            while (!stop.IsCancellationRequested)
            {
                for (var i = 0; i < 100; i++)
                    _chat.Append(people[i & 1], people[1 - (i & 1)], body, 0);
                _chat.Commit();
                _chat.Writer.Maintain();
                Volatile.Write(ref committed, _chat.Database.LastMessageId);
                if (committed == 20_000)
                    firstMegabytes.SetResult();
            }
        }, Cancellation);
        await firstMegabytes.Task;
        var before = Volatile.Read(ref committed);
        var result = DatabaseBackup.Write(_chat.File, Target, cancellation: Cancellation);
        var after = Volatile.Read(ref committed);
        await stop.CancelAsync();
        await writer;

        Assert.InRange(result.LastMessageId, before, after);
        Assert.True(after > before);
        using var restored = Restored();
        Assert.Equal(result.LastMessageId, restored.Database.LastMessageId);
        Assert.Equal(result.LastMessageId / 2, restored.Pending(people[0]).Length);
        Assert.Equal(0, DatabaseCheck.Run(_chat.File, _ => { }, cancellation: Cancellation).Findings);
    }

    [Fact]
    public void A_backup_is_one_file_for_its_owner_alone_and_replaces_an_older_one()
    {
        _chat.Register("alice");
        File.WriteAllText(Target, "an older backup");
        File.WriteAllText(Target + ".partial", "of a backup that was killed");
        DatabaseBackup.Write(_chat.File, Target, cancellation: Cancellation);
        Assert.Equal(["backup.db"], Directory.GetFiles(_chat.Folder, "backup*").Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
        using var connection = new SqliteConnection($"Data Source={Target};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode";
        Assert.Equal("delete", command.ExecuteScalar());
    }

    [Fact]
    public void A_file_of_the_backups_name_is_left_alone_unless_it_may_be_replaced()
    {
        _chat.Register("alice");
        File.WriteAllText(Target, "somebody's letter");
        var failure = Assert.Throws<DatabaseException>(
            () => DatabaseBackup.Write(_chat.File, Target, replace: false, cancellation: Cancellation));
        Assert.Contains(Target, failure.Message, StringComparison.Ordinal);
        Assert.Equal("somebody's letter", File.ReadAllText(Target));
        Assert.Single(Directory.GetFiles(_chat.Folder, "backup*"));
    }

    [Theory]
    [InlineData("-wal")]
    [InlineData("-journal")]
    public void A_target_beside_which_lies_what_belongs_to_another_database_is_refused_and_stays(string suffix)
    {
        _chat.Register("alice");
        File.WriteAllText(Target, "a database");
        File.WriteAllText(Target + suffix, "what is not in it yet");
        var failure = Assert.Throws<DatabaseException>(() => DatabaseBackup.Write(_chat.File, Target, cancellation: Cancellation));
        Assert.Contains(Target + suffix, failure.Message, StringComparison.Ordinal);
        Assert.Equal("a database", File.ReadAllText(Target));
        Assert.Equal(2, Directory.GetFiles(_chat.Folder, "backup*").Length);
    }

    [Fact]
    public void A_damaged_database_is_not_backed_up_and_nothing_is_left_but_the_older_backup()
    {
        var people = _chat.Register("alice", "bob");
        _chat.Say(people[0], people[1], "one", "two", "three");
        DatabaseBackup.Write(_chat.File, Target, cancellation: Cancellation);
        var before = FileBytes.HashOf(Target);
        _chat.Close();
        _chat.Do("UPDATE messages SET previous_in_conversation = 0 WHERE id = 3");
        var failure = Assert.Throws<DatabaseException>(() => DatabaseBackup.Write(_chat.File, Target, cancellation: Cancellation));
        Assert.Contains("is damaged, so it was not backed up (1 findings, the first: message 3", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["backup.db"], Directory.GetFiles(_chat.Folder, "backup*").Select(Path.GetFileName));
        Assert.Equal(before, FileBytes.HashOf(Target));
    }

    [Fact]
    public void A_backup_that_is_cancelled_leaves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => DatabaseBackup.Write(_chat.File, Target, cancellation: cancelled.Token));
        Assert.Empty(Directory.GetFiles(_chat.Folder, "backup*"));
    }

    [Theory]
    [InlineData("missing/backup.db")]
    [InlineData("")]
    [InlineData("chat.db")]
    [InlineData("chat.db-wal")]
    [InlineData("chat.db.lock")]
    public void A_target_that_cannot_be_is_refused(string name)
    {
        _chat.Register("alice");
        Assert.Throws<DatabaseException>(
            () => DatabaseBackup.Write(_chat.File, Path.Combine(_chat.Folder, name), cancellation: Cancellation));
        Assert.NotNull(_chat.Reader().FindAccount("alice"));
    }

    [Fact]
    public void An_empty_path_is_refused()
    {
        Assert.Throws<DatabaseException>(() => DatabaseBackup.Write(_chat.File, "", cancellation: Cancellation));
        Assert.Throws<DatabaseException>(() => DatabaseBackup.Write("", Target, cancellation: Cancellation));
    }

    [Fact]
    public void What_is_no_database_is_not_backed_up()
    {
        Assert.Throws<DatabaseException>(
            () => DatabaseBackup.Write(Path.Combine(_chat.Folder, "missing.db"), Target, cancellation: Cancellation));
        Assert.Empty(Directory.GetFiles(_chat.Folder, "*missing*"));
    }

    [Fact]
    public void A_backup_does_not_keep_a_server_from_its_database_nor_a_server_a_backup()
    {
        _chat.Register("alice");
        _chat.Close();
        DatabaseBackup.Write(_chat.File, Target, cancellation: Cancellation);
        Assert.Equal(["chat.db", "chat.db.lock"], Directory.GetFiles(_chat.Folder, "chat*").Select(Path.GetFileName).Order());
        _chat.Open();
        DatabaseBackup.Write(_chat.File, Target, cancellation: Cancellation);
        Assert.NotNull(_chat.Reader().FindAccount("alice"));
    }

    private TemporaryDatabase Restored()
    {
        var restored = new TemporaryDatabase(open: false);
        DatabaseRestore.Run(restored.File, Target, _ => { }, cancellation: Cancellation);
        restored.Open();
        return restored;
    }
}
