using System.Globalization;
using System.Runtime.InteropServices;
using Dapper;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Vfs;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Sql;

/// <summary>Opens connections, each with the settings of its job.</summary>
internal static partial class Connections
{
    /// <summary>A foreign process (an operator's sqlite3) may hold the file for so long before a batch fails.</summary>
    public const int BusyMilliseconds = 2_000;

    /// <summary>A burst must not leave a large WAL file behind for ever: it is cut to this when it is next begun from the start.</summary>
    private const int WalBytesKept = 16 << 20;

    // https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html and https://sqlite.org/c3ref/c_dbconfig_defensive.html
    private const int FilePointer = 7;
    private const int PersistWal = 10;
    private const int NoCheckpointOnClose = 1006;

    // https://sqlite.org/c3ref/io_methods.html: the version, then the functions, of which xRead is the second.
    private const int ReadIndex = 2;

    public static SqliteConnection OpenReadWrite(string path) => Open(path, SqliteOpenMode.ReadWriteCreate);

    /// <summary>Opens the writer's connection, whose syncs of the WAL are timed.</summary>
    public static SqliteConnection OpenWriter(string path) => Open(path, SqliteOpenMode.ReadWriteCreate, SqliteVfs.Registered);

    /// <summary>Prepares the writer's connection once the file is of this version.</summary>
    /// <exception cref="DatabaseException">The file system cannot hold a WAL.</exception>
    public static void ConfigureWriter(SqliteConnection connection, DatabaseOptions options)
    {
        var mode = connection.QuerySingle<string>("PRAGMA journal_mode = WAL");
        if (mode != "wal")
            throw new DatabaseException($"The database {options.Path} cannot use a write-ahead log on this file system.");

        Pragma(connection, "synchronous", options.Durability == Durability.Full ? "FULL" : "NORMAL");
        Pragma(connection, "cache_size", -(options.WriterPageCacheBytes >> 10));
        Pragma(connection, "journal_size_limit", WalBytesKept);
        SetSecureDelete(connection, true);
    }

    public static SqliteConnection OpenCheckpointer(DatabaseOptions options)
    {
        var connection = Open(options.Path, SqliteOpenMode.ReadWrite);
        Pragma(connection, "synchronous", options.Durability == Durability.Full ? "FULL" : "NORMAL");
        return connection;
    }

    public static SqliteConnection OpenReader(DatabaseOptions options)
    {
        var connection = Open(options.Path, SqliteOpenMode.ReadOnly);
        Pragma(connection, "cache_size", -(options.ReaderPageCacheBytes / options.Readers >> 10));
        return connection;
    }

    /// <summary>Opens a file that is worth nothing before it is whole: nothing of it is journaled or synced.</summary>
    public static SqliteConnection OpenUnprotected(string path)
    {
        var connection = OpenReadWrite(path);
        Pragma(connection, "journal_mode", "OFF");
        Pragma(connection, "synchronous", "OFF");
        return connection;
    }

    /// <summary>
    /// Has a connection in WAL mode, when it is the last to be closed, leave the files beside the database as they are: it would copy the
    /// WAL and remove what has the names.
    /// </summary>
    public static void KeepWal(SqliteConnection connection)
    {
        var keeps = 1;
        _ = FileControl(connection.Handle!, "main", PersistWal, ref keeps);
        _ = raw.sqlite3_db_config(connection.Handle!, NoCheckpointOnClose, 1, out _);
    }

    /// <summary>Makes a database of one file, which needs no WAL to be read.</summary>
    public static void LeaveWal(SqliteConnection connection) => Pragma(connection, "journal_mode", "DELETE");

    /// <summary>
    /// Opens a file to read it beside whoever else has it open. Not as read-only: then SQLite would leave the files behind that it needs
    /// beside one that nobody else has open.
    /// </summary>
    public static SqliteConnection OpenBeside(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadWrite);
        Pragma(connection, "query_only", 1);
        return connection;
    }

    /// <summary>
    /// Opens a file as <see cref="OpenBeside"/> does and begins to read. A folder that cannot be written does not keep it from that: SQLite
    /// would make two files there to read a database that is in WAL mode, but when there are none, nobody else has it open.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="isAlone">Whether it is read on the condition that nobody opens it meanwhile.</param>
    public static SqliteConnection OpenBesideAndBeginRead(string path, out bool isAlone)
    {
        var connection = OpenBeside(path);
        try
        {
            BeginRead(connection);
            isAlone = false;
            return connection;
        }
        catch (SqliteException failure)
        {
            connection.Dispose();
            if (!CannotMakeFiles(failure) || StorageSpace.Length(path + "-wal") > 0 || File.Exists(path + "-shm"))
                throw;
        }

        connection = OpenToInspect(path, immutable: true);
        try
        {
            BeginRead(connection);
            isAlone = true;
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether SQLite could not make a file that it needs beside the database.</summary>
    public static bool CannotMakeFiles(SqliteException failure) =>
        failure.SqliteErrorCode is raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY;

    /// <summary>Opens a file only to look at it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="immutable">
    /// Whether nothing beside the file is to be read or made: for a file without a WAL. Otherwise SQLite maps the WAL, which changes
    /// neither of the two.
    /// </param>
    public static SqliteConnection OpenToInspect(string path, bool immutable) =>
        Open(immutable ? $"file:{Uri.EscapeDataString(path)}?immutable=1" : path, SqliteOpenMode.ReadOnly);

    /// <summary>
    /// Whether what is deleted or shortened is overwritten with zeros on its page, and pages that become free as a whole.
    /// </summary>
    public static void SetSecureDelete(SqliteConnection connection, bool isOn) => Pragma(connection, "secure_delete", isOn ? 1 : 0);

    /// <summary>
    /// Reads the start of the file itself, whatever the WAL has of it. Through SQLite's descriptor: closing one of our own would take away
    /// the locks that SQLite may have in this process.
    /// </summary>
    public static unsafe bool TryReadFile(SqliteConnection connection, Span<byte> start)
    {
        nint** file = null;
        if (FileControl(connection.Handle!, "main", FilePointer, &file) != raw.SQLITE_OK || file is null || *file is null)
            return false;
        fixed (byte* buffer = start)
        {
            var read = (delegate* unmanaged[Cdecl]<nint**, byte*, int, long, int>)(*file)[ReadIndex];
            return read(file, buffer, start.Length, 0) == raw.SQLITE_OK;
        }
    }

    public static void BeginRead(SqliteConnection connection)
    {
        connection.Execute(TransactionSql.BeginRead);
        // Only the first read fixes the moment.
        connection.QuerySingle<long>(TransactionSql.CountSchema);
    }

    public static void Pragma(SqliteConnection connection, string name, long value) =>
        Pragma(connection, name, value.ToString(CultureInfo.InvariantCulture));

    private static void Pragma(SqliteConnection connection, string name, string value) => connection.Execute($"PRAGMA {name} = {value}");

    private static SqliteConnection Open(string dataSource, SqliteOpenMode mode, string? vfs = null)
    {
        var text = new SqliteConnectionStringBuilder
        {
            DataSource = dataSource,
            Mode = mode,
            Vfs = vfs,
            Pooling = false,
            DefaultTimeout = BusyMilliseconds / 1_000,
        };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            Pragma(connection, "busy_timeout", BusyMilliseconds);
            Pragma(connection, "wal_autocheckpoint", 0);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(sqlite3 connection, string database, int operation, ref int argument);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int FileControl(sqlite3 connection, string database, int operation, nint*** argument);
}
