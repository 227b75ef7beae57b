using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Files;

/// <summary>
/// How much of a commit is the disk's: times the fsyncs of a connection's WAL, which happen inside SQLite. SQLite does everything to an
/// open file through a table of functions (<c>sqlite3_io_methods</c>); the WAL's file gets a copy of it in which xSync is ours, and calls
/// the one that was there. Every other call goes where it went.
/// </summary>
/// <remarks>
/// One copy serves the whole process and lives as long as it, so no file is ever left with a table that is gone. The time is kept for
/// each thread, for a commit and its syncs are on one.
/// </remarks>
internal static unsafe partial class WalSync
{
    // https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html: the file of the connection's journal, here its WAL.
    private const int JournalPointer = 28;

    // https://sqlite.org/c3ref/io_methods.html: the version, then so many functions by version, of which xSync is the fifth.
    private const int SyncIndex = 1 + 4;
    private const int Version1Length = 1 + 12;
    private const int Version2Length = Version1Length + 4;
    private const int Version3Length = Version2Length + 2;

    private static readonly Lock Gate = new();
    private static nint* _theirs;
    private static nint* _timed;

    [ThreadStatic]
    private static long _ticks;

    /// <summary>So long this thread has waited for the WALs of connections that are timed to be on the disk.</summary>
    public static TimeSpan ElapsedOnThisThread => Stopwatch.GetElapsedTime(0, _ticks);

    /// <summary>
    /// Times the WAL of a connection from here on, until it is closed. It must have read or written in WAL mode. Where SQLite's functions
    /// are not those that are known here, nothing is timed.
    /// </summary>
    public static void Time(SqliteConnection connection)
    {
        nint* file = null;
        // The file's first field is its table.
        if (FileControl(connection.Handle!, "main", JournalPointer, &file) != raw.SQLITE_OK || file is null || *file == 0)
            return;
        lock (Gate)
        {
            if (_timed is null)
                Copy((nint*)*file);
            if ((nint*)*file == _theirs)
                *file = (nint)_timed;
        }
    }

    private static void Copy(nint* theirs)
    {
        var length = *(int*)theirs switch
        {
            1 => Version1Length,
            2 => Version2Length,
            3 => Version3Length,
            _ => 0,
        };
        if (length == 0)
            return;
        var timed = (nint*)RuntimeHelpers.AllocateTypeAssociatedMemory(typeof(WalSync), length * sizeof(nint));
        new Span<nint>(theirs, length).CopyTo(new Span<nint>(timed, length));
        timed[SyncIndex] = (nint)(delegate* unmanaged[Cdecl]<nint, int, int>)&Sync;
        _theirs = theirs;
        _timed = timed;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(nint file, int flags)
    {
        var began = Stopwatch.GetTimestamp();
        var result = ((delegate* unmanaged[Cdecl]<nint, int, int>)_theirs[SyncIndex])(file, flags);
        _ticks += Stopwatch.GetTimestamp() - began;
        return result;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(sqlite3 connection, string database, int operation, nint** argument);
}
