using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;
using InternalChat.Storage.Sqlite.Options;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class RestoreTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();
    private readonly string _backup;

    public RestoreTests()
    {
        _chat.Register("alice");
        _backup = Path.Combine(_chat.Folder, "backup.db");
        DatabaseBackup.Write(_chat.File, _backup, cancellation: Cancellation);
        _chat.Register("bob");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void The_backup_takes_the_place_of_the_database_which_stays_beside_it()
    {
        _chat.Close();
        var result = Restore();
        Assert.Equal(_chat.File, result.Path);
        Assert.Matches(@"chat\.db\.before-restore-\d{8}T\d{6}Z$", result.Kept!);
        _chat.Open();
        Assert.Equal(["alice"], _chat.Reader().ListUsernames("", 10));

        _chat.Close();
        File.Move(result.Kept!, _chat.File, overwrite: true);
        _chat.Open();
        Assert.Equal(["alice", "bob"], _chat.Reader().ListUsernames("", 10));
    }

    [Fact]
    public void What_a_killed_server_left_in_the_wal_goes_into_the_old_database()
    {
        using var crashed = _chat.Crash(open: false);
        Assert.True(File.Exists(crashed.File + "-wal"));
        var result = DatabaseRestore.Run(crashed.File, _backup, _ => { }, cancellation: Cancellation);
        crashed.Open();
        Assert.Equal(["alice"], crashed.Reader().ListUsernames("", 10));
        crashed.Close();
        Assert.False(File.Exists(result.Kept + "-wal"));
        File.Move(result.Kept!, crashed.File, overwrite: true);
        crashed.Open();
        Assert.Equal(["alice", "bob"], crashed.Reader().ListUsernames("", 10));
    }

    [Fact]
    public void An_old_database_that_is_damaged_and_has_a_wal_is_replaced_and_kept_with_it()
    {
        using var crashed = _chat.Crash(open: false);
        File.WriteAllText(crashed.File, new string('x', 10_000));
        File.WriteAllText(crashed.File + "-wal", new string('y', 10_000));
        var result = DatabaseRestore.Run(crashed.File, _backup, _ => { }, cancellation: Cancellation);
        Assert.True(File.Exists(result.Kept + "-wal"));
        Assert.False(File.Exists(crashed.File + "-wal"));
        crashed.Open();
        Assert.Equal(["alice"], crashed.Reader().ListUsernames("", 10));
    }

    [Fact]
    public void A_wal_whose_database_is_missing_does_not_become_that_of_the_restored_one_and_is_kept()
    {
        using var crashed = _chat.Crash(open: false);
        File.Delete(crashed.File);
        var log = File.ReadAllBytes(crashed.File + "-wal");
        var result = DatabaseRestore.Run(crashed.File, _backup, _ => { }, cancellation: Cancellation);
        Assert.Null(result.Kept);
        Assert.Equal(log, File.ReadAllBytes(Assert.Single(Directory.GetFiles(crashed.Folder, "*.before-restore-*-wal"))));
        crashed.Open();
        Assert.Equal(["alice"], crashed.Reader().ListUsernames("", 10));
    }

    [Fact]
    public void A_database_that_a_server_has_is_refused_with_its_process_id()
    {
        var failure = Assert.Throws<DatabaseException>(() => Restore());
        Assert.Contains($"in use by the server with process id {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(_chat.Reader().FindAccount("bob"));
    }

    [Fact]
    public void A_backup_under_the_name_that_the_restored_file_has_meanwhile_is_refused_and_stays()
    {
        _chat.Close();
        var backup = _chat.File + ".partial";
        File.Copy(_backup, backup);
        var failure = Assert.Throws<DatabaseException>(
            () => DatabaseRestore.Run(_chat.File, backup, _ => { }, cancellation: Cancellation));
        Assert.Contains(backup, failure.Message, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(_backup), File.ReadAllBytes(backup));
    }

    [Fact]
    public void A_restore_that_fails_at_its_end_leaves_the_database_as_it_was_with_its_wal()
    {
        using var crashed = _chat.Crash(open: false);
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 31, 23, 59, 59, TimeSpan.Zero));
        Directory.CreateDirectory(crashed.File + ".before-restore-20260131T235959Z");
        Assert.Throws<DatabaseException>(() => DatabaseRestore.Run(crashed.File, _backup, _ => { }, time, Cancellation));
        crashed.Open();
        Assert.Equal(["alice", "bob"], crashed.Reader().ListUsernames("", 10));
    }

    [Fact]
    public void A_missing_database_is_made_with_its_folder()
    {
        var path = Path.Combine(_chat.Folder, "elsewhere", "chat.db");
        var result = DatabaseRestore.Run(path, _backup, _ => { }, cancellation: Cancellation);
        Assert.Null(result.Kept);
        using var database = ChatDatabase.Open(new DatabaseOptions { Path = path });
        Assert.NotNull(database.Writer.FindAccount("alice"));
    }

    [Fact]
    public void A_damaged_backup_changes_nothing()
    {
        _chat.Close();
        using (var file = new FileStream(_backup, FileMode.Open))
        {
            file.Position = 4096;
            file.Write(Enumerable.Repeat((byte)0xEE, 100).ToArray());
        }

        AssertRefused("is damaged");
    }

    [Fact]
    public void A_backup_that_breaks_our_rules_changes_nothing_and_says_which()
    {
        _chat.Close();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_backup};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO receipts VALUES (4000, 0)";
            command.ExecuteNonQuery();
        }

        Assert.Contains("message 4000 was read", Assert.Single(AssertRefused("is damaged (1 findings)")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("some text", "damaged or cannot be read")]
    [InlineData("", "is empty")]
    public void What_is_no_backup_of_ours_changes_nothing(string content, string reason)
    {
        _chat.Close();
        File.WriteAllText(_backup, content);
        AssertRefused(reason);
    }

    [Fact]
    public void An_empty_path_is_refused()
    {
        _chat.Close();
        Assert.Throws<DatabaseException>(() => DatabaseRestore.Run(_chat.File, "", _ => { }, cancellation: Cancellation));
    }

    [Fact]
    public void Two_restores_at_one_moment_keep_both_files_that_were_there()
    {
        _chat.Close();
        var (first, second) = (Restore(), Restore());
        Assert.Equal($"{first.Kept}-2", second.Kept);
        Assert.True(File.Exists(first.Kept));
        Assert.True(File.Exists(second.Kept));
    }

    [Fact]
    public void The_copy_from_before_an_upgrade_can_be_restored_and_is_upgraded_at_the_start()
    {
        _chat.Close();
        File.Delete(_chat.File);
        using (var legacy = new LegacyFile(_chat.File))
            legacy.Message(1, "carol", "dave", "x", 1);
        _chat.Open();
        _chat.Close();
        var before = Assert.Single(Directory.GetFiles(_chat.Folder, "*.bak"));
        DatabaseRestore.Run(_chat.File, before, _ => { }, cancellation: Cancellation);
        _chat.Open();
        Assert.Equal(["carol", "dave"], _chat.Reader().ListUsernames("", 10));
    }

    private RestoreResult Restore() => DatabaseRestore.Run(_chat.File, _backup, _ => { }, _chat.Time, Cancellation);

    private List<string> AssertRefused(string text)
    {
        var before = FileBytes.HashesOf(_chat.Folder);
        var lines = new List<string>();
        var failure = Assert.Throws<DatabaseException>(
            () => DatabaseRestore.Run(_chat.File, _backup, lines.Add, cancellation: Cancellation));
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, FileBytes.HashesOf(_chat.Folder));
        return lines;
    }
}
