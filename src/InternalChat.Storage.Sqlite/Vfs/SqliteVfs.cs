using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace InternalChat.Storage.Sqlite.Vfs;

/// <summary>
/// SQLite's file system with a sync of our own for the WAL, registered under <see cref="Name"/>. It is a shim as
/// https://sqlite.org/vfs.html describes them: every call goes on to SQLite's default file system, and a file that is not a WAL is
/// opened by that file system itself and never seen here again. Locks are shared with connections that use the default file system.
/// </summary>
internal static unsafe partial class SqliteVfs
{
    public const string Name = "internalchat";

    // https://sqlite.org/c3ref/c_open_autoproxy.html
    private const int OpenWal = 0x00080000;

    private static readonly Vfs* Default = Find(null);

    // Static fields are initialized once and under a lock, so that the file system is registered once, whoever opens first.
    private static readonly bool IsRegistered = Register();

    /// <summary>The name under which SQLite knows this file system, which is registered when it is first asked for.</summary>
    public static string Registered => IsRegistered ? Name : throw new InvalidOperationException("SQLite refused the file system.");

    private static bool Register()
    {
        // SQLite keeps the pointers for as long as the process lives.
        var vfs = (Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Vfs));
        *vfs = new Vfs
        {
            Version = 1,
            FileSize = WalFile.SizeBeforeInner + Default->FileSize,
            LongestPath = Default->LongestPath,
            Next = 0,
            Name = Marshal.StringToCoTaskMemUTF8(Name),
            OwnData = 0,
            Open = &Open,
            Delete = &Delete,
            Access = &Access,
            FullPath = &FullPath,
            LibraryOpen = &LibraryOpen,
            LibraryError = &LibraryError,
            LibrarySymbol = &LibrarySymbol,
            LibraryClose = &LibraryClose,
            Randomness = &Randomness,
            Sleep = &Sleep,
            CurrentTime = &CurrentTime,
            LastError = &LastError,
        };
        return RegisterVfs(vfs, makeDefault: 0) == 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* path, nint file, int flags, int* openedFlags)
    {
        if ((flags & OpenWal) == 0)
            return Default->Open(Default, path, file, flags, openedFlags);
        var result = Default->Open(Default, path, WalFile.Inner(file), flags, openedFlags);
        WalFile.Opened(file, path);
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(Vfs* vfs, byte* path, int syncFolder) => Default->Delete(Default, path, syncFolder);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(Vfs* vfs, byte* path, int flags, int* answer) => Default->Access(Default, path, flags, answer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FullPath(Vfs* vfs, byte* path, int length, byte* answer) => Default->FullPath(Default, path, length, answer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint LibraryOpen(Vfs* vfs, byte* path) => Default->LibraryOpen(Default, path);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void LibraryError(Vfs* vfs, int length, byte* answer) => Default->LibraryError(Default, length, answer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint LibrarySymbol(Vfs* vfs, nint library, byte* symbol) => Default->LibrarySymbol(Default, library, symbol);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void LibraryClose(Vfs* vfs, nint library) => Default->LibraryClose(Default, library);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Randomness(Vfs* vfs, int length, byte* answer) => Default->Randomness(Default, length, answer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sleep(Vfs* vfs, int microseconds) => Default->Sleep(Default, microseconds);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CurrentTime(Vfs* vfs, double* answer) => Default->CurrentTime(Default, answer);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int LastError(Vfs* vfs, int length, byte* answer) => Default->LastError(Default, length, answer);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial Vfs* Find(string? name);

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_register")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int RegisterVfs(Vfs* vfs, int makeDefault);

    /// <summary><c>sqlite3_vfs</c> of version 1: https://sqlite.org/c3ref/vfs.html</summary>
    private struct Vfs
    {
        public int Version;
        public int FileSize;
        public int LongestPath;
        public nint Next;
        public nint Name;
        public nint OwnData;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, nint, int, int*, int> Open;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int> Delete;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int*, int> Access;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, byte*, int> FullPath;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, nint> LibraryOpen;
        public delegate* unmanaged[Cdecl]<Vfs*, int, byte*, void> LibraryError;
        public delegate* unmanaged[Cdecl]<Vfs*, nint, byte*, nint> LibrarySymbol;
        public delegate* unmanaged[Cdecl]<Vfs*, nint, void> LibraryClose;
        public delegate* unmanaged[Cdecl]<Vfs*, int, byte*, int> Randomness;
        public delegate* unmanaged[Cdecl]<Vfs*, int, int> Sleep;
        public delegate* unmanaged[Cdecl]<Vfs*, double*, int> CurrentTime;
        public delegate* unmanaged[Cdecl]<Vfs*, int, byte*, int> LastError;
    }
}
