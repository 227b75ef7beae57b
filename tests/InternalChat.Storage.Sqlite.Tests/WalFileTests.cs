using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Vfs;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>The WAL that SQLite opens through our file system: its syncs are timed, and it is SQLite's own file all the same.</summary>
public sealed class WalFileTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Each_commit_adds_the_time_that_its_sync_took()
    {
        _chat.Close();
        using var connection = OpenWriter();
        Commit(connection, 1);
        var first = WalFile.SyncTime(connection);
        Assert.NotEqual(TimeSpan.Zero, first);
        // The first sync was SQLite's own, this one is ours.
        Commit(connection, 2);
        Assert.True(WalFile.SyncTime(connection) > first);
    }

    [Fact]
    public void Connections_of_SQLites_own_file_system_wait_for_the_writers_locks()
    {
        _chat.Close();
        using var writer = OpenWriter();
        using var other = Connections.OpenReadWrite(_chat.File);
        Connections.Pragma(other, "busy_timeout", 0);
        Execute(writer, TransactionSql.Begin);
        var refused = Assert.Throws<SqliteException>(() => Execute(other, "BEGIN IMMEDIATE"));
        Assert.Equal(SQLitePCL.raw.SQLITE_BUSY, refused.SqliteErrorCode);
        Execute(writer, TransactionSql.Rollback);
        Execute(other, "BEGIN IMMEDIATE");
    }

    [Fact]
    public void A_connection_of_SQLites_own_file_system_has_no_WAL_that_is_timed()
    {
        _chat.Close();
        using var connection = Connections.OpenReadWrite(_chat.File);
        Connections.BeginRead(connection);
        Assert.Throws<InvalidOperationException>(() => WalFile.SyncTime(connection));
    }

    [Fact]
    public void A_closed_connection_leaves_no_descriptor_of_its_WAL_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only on Linux has the WAL a descriptor of ours.");
        _chat.Close();
        using (var connection = OpenWriter())
        {
            Commit(connection, 1);
            Assert.Equal(2, OpenDescriptors());
        }

        Assert.Equal(0, OpenDescriptors());
    }

    private SqliteConnection OpenWriter()
    {
        var connection = Connections.OpenWriter(_chat.File);
        Connections.ConfigureWriter(connection, _chat.Options);
        return connection;
    }

    private static void Commit(SqliteConnection connection, long value)
    {
        Execute(connection, TransactionSql.Begin);
        Execute(connection, $"PRAGMA user_version = {Schema.Version + value}");
        Execute(connection, TransactionSql.Commit);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private int OpenDescriptors() =>
        Directory.GetFiles("/proc/self/fd").Count(link => new FileInfo(link).LinkTarget is { } target
            && target.EndsWith(Path.GetFileName(_chat.File) + "-wal", StringComparison.Ordinal)
            && target.StartsWith(Path.GetDirectoryName(_chat.File)!, StringComparison.Ordinal));
}
