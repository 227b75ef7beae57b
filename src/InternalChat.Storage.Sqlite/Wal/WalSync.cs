using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using InternalChat.Storage.Sqlite.FileSystem;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Wal;

/// <summary>
/// How a connection's WAL gets onto the disk, which is otherwise hidden inside SQLite. Times each sync, so that a commit's share of the
/// disk is known, and on Linux calls fdatasync, for which the SQLite that we ship is not built: fsync also waits for the file's time of
/// change, which costs a commit of the file system's journal. SQLite does everything to an open file through a table of functions
/// (<c>sqlite3_io_methods</c>); the WAL's file gets a copy of it in which xSync is ours. Every other call goes where it went.
/// </summary>
/// <remarks>
/// <para>Used by the one thread that uses the connection. To be disposed before the connection is: the file gets its own table back.</para>
/// <para>
/// A sync through a descriptor of our own is as good as one through SQLite's: both reach the same file, and Linux tells each descriptor
/// that was open of a write that failed. The first sync is SQLite's own, which also syncs a new file's entry in its folder.
/// </para>
/// </remarks>
internal sealed unsafe partial class WalSync : IDisposable
{
    // https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html: the file of the connection's journal, here its WAL.
    private const int JournalPointer = 28;

    // https://sqlite.org/c3ref/io_methods.html: the version, then so many functions by version, of which xSync is the fifth.
    private const int SyncIndex = 1 + 4;
    private const int Version1Length = 1 + 12;
    private const int Version2Length = Version1Length + 4;
    private const int Version3Length = Version2Length + 2;

    private const int SyncFailed = raw.SQLITE_IOERR | (4 << 8); // SQLITE_IOERR_FSYNC
    private const int None = -1;

    private readonly nint** _file;
    private readonly Table* _table;

    /// <summary>
    /// Takes over the syncs of a connection's WAL. It must have read or written in WAL mode. Where SQLite's functions are not those that
    /// are known here, its syncs stay as they are, and untimed.
    /// </summary>
    public WalSync(SqliteConnection connection)
    {
        var handle = connection.Handle!;
        nint** file = null;
        // The file's first field is its table.
        if (FileControl(handle, "main", JournalPointer, &file) != raw.SQLITE_OK || file is null || *file is null)
            return;
        var length = LengthOf(*file);
        if (length == 0)
            return;

        _file = file;
        _table = (Table*)NativeMemory.AllocZeroed((nuint)sizeof(Table));
        _table->Theirs = *file;
        _table->Descriptor = OpenAgain(raw.sqlite3_db_filename(handle, "main").utf8_to_string() + "-wal");
        new Span<nint>(*file, length).CopyTo(_table->Functions);
        _table->Functions[SyncIndex] = (nint)(delegate* unmanaged[Cdecl]<nint**, int, int>)&Sync;
        *_file = (nint*)_table;
    }

    /// <summary>So long the connection has waited for its WAL to be on the disk.</summary>
    public TimeSpan Elapsed => _table is null ? TimeSpan.Zero : Stopwatch.GetElapsedTime(0, _table->Ticks);

    public void Dispose()
    {
        if (_table is null)
            return;
        *_file = _table->Theirs;
        if (_table->Descriptor != None && !OperatingSystem.IsWindows())
            _ = Libc.Close(_table->Descriptor);
        NativeMemory.Free(_table);
    }

    private static int LengthOf(nint* functions) =>
        *(int*)functions switch
        {
            1 => Version1Length,
            2 => Version2Length,
            3 => Version3Length,
            _ => 0,
        };

    // Elsewhere fdatasync promises less (macOS), or there is none. SQLite locks nothing in a WAL's file, so closing this drops no lock.
    private static int OpenAgain(string path) => OperatingSystem.IsLinux() ? Libc.Open(path, Libc.OpenCloseOnExec) : None;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(nint** file, int flags)
    {
        var table = (Table*)*file;
        var began = Stopwatch.GetTimestamp();
        int result;
        if (table->IsEntrySynced && OperatingSystem.IsLinux())
        {
            result = Libc.SyncData(table->Descriptor) == 0 ? raw.SQLITE_OK : SyncFailed;
        }
        else
        {
            result = ((delegate* unmanaged[Cdecl]<nint**, int, int>)table->Theirs[SyncIndex])(file, flags);
            table->IsEntrySynced = result == raw.SQLITE_OK && table->Descriptor != None;
        }

        table->Ticks += Stopwatch.GetTimestamp() - began;
        return result;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(sqlite3 connection, string database, int operation, nint*** argument);

    /// <summary>What SQLite takes for its table, and behind it what belongs to the file.</summary>
    private struct Table
    {
        public Functions Functions;
        public nint* Theirs;
        public int Descriptor;
        public bool IsEntrySynced;
        public long Ticks;
    }

    [InlineArray(Version3Length)]
    private struct Functions
    {
        private nint _first;
    }
}
