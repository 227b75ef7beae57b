using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using InternalChat.Storage.Sqlite.FileSystem;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Vfs;

/// <summary>
/// A WAL that <see cref="SqliteVfs"/> has opened. It times each sync, so that a commit's share of the disk is known, and on Linux calls
/// fdatasync, for which the SQLite that we ship is not built: fsync also waits for the file's time of change, which costs a commit of
/// the file system's journal. Every other call goes to the file of SQLite's own file system, which lies behind this one in memory.
/// </summary>
/// <remarks>
/// <para>SQLite allocates it, and calls it on the thread that uses the connection.</para>
/// <para>
/// A sync through a descriptor of our own is as good as one through SQLite's: both reach the same file, and Linux tells each descriptor
/// that was open of a write that failed. The first sync is SQLite's own, which also syncs a new file's entry in its folder.
/// </para>
/// </remarks>
internal unsafe partial struct WalFile
{
    // https://sqlite.org/c3ref/c_fcntl_begin_atomic_write.html: the file of the connection's journal, here its WAL.
    private const int JournalPointer = 28;

    private const int SyncFailed = raw.SQLITE_IOERR | (4 << 8); // SQLITE_IOERR_FSYNC
    private const int None = -1;

    private static readonly Methods* Ours = CreateMethods();

    private Methods* _methods;
    private int _descriptor;
    private bool _isEntrySynced;
    private long _syncTicks;

    /// <summary>How far behind the start of this file that of SQLite's own file system begins, in bytes.</summary>
    public static int SizeBeforeInner => sizeof(WalFile);

    /// <summary>The file of SQLite's own file system.</summary>
    public static nint Inner(nint file) => file + sizeof(WalFile);

    /// <summary>Completes a file whose <see cref="Inner"/> SQLite's own file system has opened or has failed to open.</summary>
    public static void Opened(nint file, byte* path)
    {
        // SQLite closes a file exactly if it has methods, even one that could not be opened.
        var isOpen = InnerMethods(file) is not null;
        *(WalFile*)file = new WalFile
        {
            _methods = isOpen ? Ours : null,
            _descriptor = isOpen && OperatingSystem.IsLinux() ? OpenAgain(path) : None,
        };
    }

    /// <summary>The total time that a connection has waited for its WAL to be on the disk.</summary>
    /// <param name="connection">One that was opened with <see cref="SqliteVfs"/> and has read or written in WAL mode.</param>
    public static TimeSpan SyncTime(SqliteConnection connection)
    {
        WalFile* file = null;
        if (FileControl(connection.Handle!, "main", JournalPointer, &file) != raw.SQLITE_OK || file is null || file->_methods != Ours)
            throw new InvalidOperationException("The connection has no WAL that is timed.");
        return Stopwatch.GetElapsedTime(0, file->_syncTicks);
    }

    private static Methods* InnerMethods(nint file) => *(Methods**)Inner(file);

    // SQLite locks nothing in a WAL, so closing this descriptor drops no lock.
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    private static int OpenAgain(byte* path) => Libc.Open(Marshal.PtrToStringUTF8((nint)path)!, Libc.OpenCloseOnExec);

    private static Methods* CreateMethods()
    {
        var methods = (Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Methods));
        *methods = new Methods
        {
            Version = 1,
            Close = &Close,
            Read = &Read,
            Write = &Write,
            Truncate = &Truncate,
            Sync = &Sync,
            FileSize = &FileSize,
            Lock = &Lock,
            Unlock = &Unlock,
            CheckReservedLock = &CheckReservedLock,
            FileControl = &FileControl,
            SectorSize = &SectorSize,
            DeviceCharacteristics = &DeviceCharacteristics,
        };
        return methods;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(nint file, int flags)
    {
        var wal = (WalFile*)file;
        var began = Stopwatch.GetTimestamp();
        int result;
        if (wal->_isEntrySynced && OperatingSystem.IsLinux())
        {
            result = Libc.SyncData(wal->_descriptor) == 0 ? raw.SQLITE_OK : SyncFailed;
        }
        else
        {
            result = InnerMethods(file)->Sync(Inner(file), flags);
            wal->_isEntrySynced = result == raw.SQLITE_OK && wal->_descriptor != None;
        }

        wal->_syncTicks += Stopwatch.GetTimestamp() - began;
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(nint file)
    {
        var wal = (WalFile*)file;
        if (wal->_descriptor != None && OperatingSystem.IsLinux())
            _ = Libc.Close(wal->_descriptor);
        return InnerMethods(file)->Close(Inner(file));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint file, nint buffer, int length, long offset) =>
        InnerMethods(file)->Read(Inner(file), buffer, length, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint file, nint buffer, int length, long offset) =>
        InnerMethods(file)->Write(Inner(file), buffer, length, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(nint file, long length) => InnerMethods(file)->Truncate(Inner(file), length);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(nint file, long* answer) => InnerMethods(file)->FileSize(Inner(file), answer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(nint file, int level) => InnerMethods(file)->Lock(Inner(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(nint file, int level) => InnerMethods(file)->Unlock(Inner(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(nint file, int* answer) => InnerMethods(file)->CheckReservedLock(Inner(file), answer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(nint file, int operation, nint argument) =>
        InnerMethods(file)->FileControl(Inner(file), operation, argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(nint file) => InnerMethods(file)->SectorSize(Inner(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(nint file) => InnerMethods(file)->DeviceCharacteristics(Inner(file));

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int FileControl(sqlite3 connection, string database, int operation, WalFile** argument);

    /// <summary><c>sqlite3_io_methods</c> of version 1: https://sqlite.org/c3ref/io_methods.html</summary>
    private struct Methods
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<nint, int> Close;
        public delegate* unmanaged[Cdecl]<nint, nint, int, long, int> Read;
        public delegate* unmanaged[Cdecl]<nint, nint, int, long, int> Write;
        public delegate* unmanaged[Cdecl]<nint, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<nint, int, int> Sync;
        public delegate* unmanaged[Cdecl]<nint, long*, int> FileSize;
        public delegate* unmanaged[Cdecl]<nint, int, int> Lock;
        public delegate* unmanaged[Cdecl]<nint, int, int> Unlock;
        public delegate* unmanaged[Cdecl]<nint, int*, int> CheckReservedLock;
        public delegate* unmanaged[Cdecl]<nint, int, nint, int> FileControl;
        public delegate* unmanaged[Cdecl]<nint, int> SectorSize;
        public delegate* unmanaged[Cdecl]<nint, int> DeviceCharacteristics;
    }
}
