using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Options;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class RefusalTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new(open: false);

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void An_empty_path_is_refused()
    {
        var failure = Assert.Throws<DatabaseException>(() => ChatDatabase.Open(new DatabaseOptions { Path = "" }));
        Assert.Equal("The path of the database is empty.", failure.Message);
    }

    [Fact]
    public void A_database_that_turns_out_to_be_unusable_leaves_no_thread_and_no_file_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are counted in /proc.");
        _chat.Open();
        _chat.Close();
        // Wanted last, when everything else of the writer is there.
        _chat.Do("ALTER TABLE state DROP COLUMN refusals");
        Assert.Throws<DatabaseException>(_chat.Open);
        // Statements that were prepared keep their connection's file open until they are collected.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.DoesNotContain(
            new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos(),
            file => file.LinkTarget?.StartsWith(_chat.Folder, StringComparison.Ordinal) == true);
    }

    [Fact]
    public void A_folder_is_refused()
    {
        Directory.CreateDirectory(_chat.File);
        AssertRefused("is a folder");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused()
    {
        File.WriteAllText(_chat.File, "a file where a folder should be");
        _chat.Options = _chat.Options with { Path = Path.Combine(_chat.File, "below", "chat.db") };
        AssertRefused("cannot be made");
    }

    [Fact]
    public void A_database_that_is_in_use_is_refused_by_the_name_of_a_link_to_it_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links take a privilege on Windows.");
        _chat.Open();
        var link = Path.Combine(_chat.Folder, "link.db");
        File.CreateSymbolicLink(link, _chat.File);
        var failure = Assert.Throws<DatabaseException>(() => ChatDatabase.Open(new DatabaseOptions { Path = link }).Dispose());
        Assert.Contains($"{_chat.File} is in use by the server with process id", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(_chat.File, new string('x', 10_000));
        AssertRefused("is not an SQLite database");
    }

    [Fact]
    public void A_short_file_is_refused()
    {
        File.WriteAllText(_chat.File, "SQLite format 3\0");
        AssertRefused("is not an SQLite database");
    }

    [Theory]
    [InlineData("CREATE TABLE songs (title TEXT)")]
    [InlineData("CREATE TABLE users (id INTEGER); CREATE TABLE messages (id INTEGER)")]
    [InlineData("PRAGMA application_id = 77")]
    [InlineData("PRAGMA user_version = 3")]
    [InlineData("PRAGMA journal_mode = WAL; CREATE TABLE songs (title TEXT)")]
    public void The_database_of_another_application_is_refused(string sql)
    {
        _chat.Do(sql + "; CREATE TABLE another (a)");
        AssertRefused("belongs to another application");
    }

    [Fact]
    public void The_database_of_another_application_with_a_wal_is_refused()
    {
        using var source = new TemporaryDatabase(open: false);
        using var connection = new SqliteConnection($"Data Source={source.File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; CREATE TABLE songs (title TEXT)";
        command.ExecuteNonQuery();
        File.Copy(source.File, _chat.File);
        File.Copy(source.File + "-wal", _chat.File + "-wal");
        var before = (FileBytes.HashOf(_chat.File), FileBytes.HashOf(_chat.File + "-wal"));

        var failure = Assert.Throws<DatabaseException>(_chat.Open);
        Assert.Contains("belongs to another application", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, (FileBytes.HashOf(_chat.File), FileBytes.HashOf(_chat.File + "-wal")));
    }

    [Fact]
    public void The_database_of_a_newer_version_is_refused()
    {
        _chat.Open();
        _chat.Close();
        _chat.Do("PRAGMA user_version = 4");
        AssertRefused("newer server (version 4; this one knows 3)");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_format_that_was_never_released_is_refused_by_its_number(int version)
    {
        _chat.Open();
        _chat.Close();
        _chat.Do($"PRAGMA user_version = {version}");
        AssertRefused($"has format {version}, which no release of the server wrote");
    }

    [Fact]
    public void A_damaged_database_is_refused()
    {
        _chat.Open();
        _chat.Say(1, 2, [.. Enumerable.Range(0, 2_000).Select(i => $"body {i}")]);
        _chat.Close();
        using (var file = new FileStream(_chat.File, FileMode.Open))
        {
            file.Position = file.Length / 2 / 4096 * 4096;
            file.Write(new byte[4096]);
        }

        AssertRefused("is damaged");
    }

    [Fact]
    public void A_truncated_database_is_refused()
    {
        _chat.Open();
        _chat.Say(1, 2, [.. Enumerable.Range(0, 2_000).Select(i => $"body {i}")]);
        _chat.Close();
        using (var file = new FileStream(_chat.File, FileMode.Open))
            file.SetLength(file.Length / 2);
        AssertRefused("is damaged");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_database_that_is_missing_beside_its_wal_is_refused(bool isEmptyFile)
    {
        using var source = new TemporaryDatabase();
        source.Say(1, 2, "acknowledged");
        File.Copy(source.File + "-wal", _chat.File + "-wal");
        if (isEmptyFile)
            File.WriteAllBytes(_chat.File, []);
        AssertRefused("there is its write-ahead log");
    }

    [Fact]
    public void A_file_of_no_bytes_is_a_new_database()
    {
        File.WriteAllBytes(_chat.File, []);
        _chat.Open();
        Assert.Equal([1], _chat.Say(1, 2, "x"));
    }

    [Fact]
    public void Missing_folders_are_made()
    {
        _chat.Options = _chat.Options with { Path = Path.Combine(_chat.Folder, "a", "b", "chat.db") };
        _chat.Open();
        Assert.Equal([1], _chat.Say(1, 2, "x"));
    }

    [Fact]
    public void A_database_that_is_open_is_refused_with_the_process_id_of_its_server()
    {
        _chat.Open();
        var failure = Assert.Throws<DatabaseException>(() => ChatDatabase.Open(_chat.Options));
        Assert.Equal($"The database {_chat.File} is in use by the server with process id {Environment.ProcessId}.", failure.Message);
        Assert.Equal([1], _chat.Say(1, 2, "still works"));
    }

    [Fact]
    public void A_database_that_was_closed_can_be_opened_again()
    {
        _chat.Open();
        _chat.Reopen();
        Assert.Equal([1], _chat.Say(1, 2, "x"));
    }

    [Fact]
    public void A_bound_out_of_range_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ChatDatabase.Open(_chat.Options with { Readers = 0 }));

    private void AssertRefused(string text)
    {
        var before = Directory.GetFileSystemEntries(_chat.Folder).Length;
        var hash = FileBytes.HashesOf(_chat.Folder).Where(line => !line.StartsWith("chat.db.lock", StringComparison.Ordinal)).ToArray();
        var failure = Assert.Throws<DatabaseException>(_chat.Open);
        Assert.Contains(text, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Equal(hash, FileBytes.HashesOf(_chat.Folder).Where(line => !line.StartsWith("chat.db.lock", StringComparison.Ordinal)));
        Assert.Equal(before, Directory.GetFileSystemEntries(_chat.Folder).Length);
    }
}
