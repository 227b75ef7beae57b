using System.Buffers.Binary;
using Dapper;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Wal;

/// <summary>
/// Tells whether a write-ahead log belongs to the state of the database file beside it, which SQLite does not know: it applies any log that
/// is whole. A row of the file holds a random number; the first transaction after the log was begun anew replaces it and keeps the old one
/// as its base. So the file itself, read without its log, has the log's own number or its base, however far the log was copied into it
/// when a process was killed. An older or newer copy, or another server's file, has neither. The writer's thread only.
/// </summary>
/// <remarks>
/// A copy that was taken since the log was last begun anew cannot be told from the file, and need not be: with the log it is what the file
/// was. If there is no row (the original server's file, a log that only another program has written), nothing is claimed.
/// </remarks>
internal sealed class WalLineage : IDisposable
{
    // https://www.sqlite.org/fileformat.html#the_database_header and #the_wal_file_format
    private const int HeaderLength = 20;
    private const int WriteVersionOffset = 18;
    private const byte InWalMode = 2;
    private const int WalHeaderLength = 32;
    private const uint WalMagic = 0x377f0682;

    private readonly PreparedStatement _continue;
    private bool _isDue;

    /// <param name="connection">The writer's, in WAL mode.</param>
    /// <param name="path">The database.</param>
    public WalLineage(SqliteConnection connection, string path)
    {
        _continue = new PreparedStatement(connection, WalSql.ContinueLineage);
        _isDue = StorageSpace.Length(path + "-wal") == 0;
    }

    /// <summary>All of the log is in the file, so the next transaction may begin it anew.</summary>
    public void LogIsCopied() => _isDue = true;

    /// <summary>Writes the row, if it is time to, within the open transaction.</summary>
    public void WriteIfDue()
    {
        if (_isDue)
            _continue.Execute();
    }

    /// <summary>The transaction was committed.</summary>
    public void Committed() => _isDue = false;

    /// <summary>Makes sure that a database and the log beside it belong together.</summary>
    /// <param name="connection">Reads both.</param>
    /// <param name="path">The database.</param>
    /// <exception cref="DatabaseException">They do not.</exception>
    /// <exception cref="SqliteException">They cannot be read together.</exception>
    public static void RequireMatch(SqliteConnection connection, string path)
    {
        var together = Read(connection);
        while (true)
        {
            var (isInWalMode, alone) = ReadAlone(path);
            // A server that runs may have begun its log anew meanwhile.
            var before = together;
            together = Read(connection);
            if (before != together)
                continue;
            if ((!isInWalMode && IsLog(path + "-wal"))
                || (together is { } log && alone is { } id && id != log.Id && id != log.Base))
            {
                throw new DatabaseException(
                    $"The database {path} and the write-ahead log {path}-wal beside it do not belong together: one of them was put here "
                    + $"without the other. {Advice(path)}");
            }

            return;
        }
    }

    /// <summary>What an operator can do about a log that is not the database's.</summary>
    public static string Advice(string path) =>
        $"If {path} is a copy that you want to use, move {path}-wal away; if not, put the database back that the log belongs to: "
        + "only together they hold what was acknowledged last.";

    public void Dispose() => _continue.Dispose();

    private static (long Id, long Base)? Read(SqliteConnection connection)
    {
        if (connection.QuerySingle<long>(WalSql.HasLineage) == 0)
            return null;
        using var statement = new PreparedStatement(connection, WalSql.ReadLineage);
        return statement.Step() ? (statement.Int64(0), statement.Int64(1)) : null;
    }

    /// <summary>Reads the file as if there were no log, which after a crash may be half of one state and half of another.</summary>
    /// <returns>Whether its header asks for a log, and its number; 0 where it has none yet, null where that cannot be read.</returns>
    private static (bool IsInWalMode, long? Id) ReadAlone(string path)
    {
        using var connection = Connections.OpenToInspect(path, immutable: true);
        Span<byte> header = stackalloc byte[HeaderLength];
        // Written before the log is made, and taken back only when the log is gone.
        var isInWalMode = !Connections.TryReadFile(connection, header) || header[WriteVersionOffset] == InWalMode;
        try
        {
            return (isInWalMode, Read(connection)?.Id ?? 0);
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            return (isInWalMode, null);
        }
    }

    private static bool IsLog(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[WalHeaderLength + 1];
        // The last bit of the magic number is the order of bytes in checksums.
        return RandomAccess.Read(file, header, fileOffset: 0) == header.Length
            && (BinaryPrimitives.ReadUInt32BigEndian(header) & ~1u) == WalMagic;
    }
}
