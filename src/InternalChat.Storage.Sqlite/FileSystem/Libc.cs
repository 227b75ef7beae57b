using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>What .NET's file types do not do. Not on Windows.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static unsafe partial class Libc
{
    /// <summary>Linux's number, O_CLOEXEC.</summary>
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>Linux's number, O_NONBLOCK: a pipe is opened at once, whoever is at its other end.</summary>
    public const int OpenWithoutWaiting = 0x800;

    // Looked up where the program's own libraries find theirs and not in libc itself, so that a preloaded one that stands in for SQLite's
    // fsync (eatmydata, a disk that fails in tests) stands in for this one.
    private static readonly delegate* unmanaged<int, int> DataSync =
        (delegate* unmanaged<int, int>)NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "fdatasync");

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Read(int descriptor, Span<byte> buffer, nint length);

    [LibraryImport("libc", EntryPoint = "pread")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint ReadAt(int descriptor, Span<byte> buffer, nint length, long offset);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Control(int descriptor, int command, ref RecordLock request);

    [LibraryImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Sync(int descriptor);

    /// <summary>
    /// The file's bytes and its length, not its times: https://man7.org/linux/man-pages/man2/fdatasync.2.html. Linux only.
    /// </summary>
    public static int SyncData(int descriptor) => DataSync(descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fchown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    /// <summary>Of this thread alone, and for files alone; returns what was before. Linux only, as the next.</summary>
    [LibraryImport("libc", EntryPoint = "setfsuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial uint SetFileUser(uint user);

    [LibraryImport("libc", EntryPoint = "setfsgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial uint SetFileGroup(uint group);

    /// <summary>Of all threads.</summary>
    [LibraryImport("libc", EntryPoint = "setgroups")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetGroups(nint count, nint groups);

    /// <summary>The groups of which a user is a member, and this one; of all threads.</summary>
    [LibraryImport("libc", EntryPoint = "initgroups")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int TakeGroups(nint name, uint group);

    /// <summary>The account points into the texts, which stay where they are.</summary>
    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int FindUser(uint user, out UserAccount account, Span<byte> texts, nint length, out nint found);

    /// <summary>Linux only. The answer has the same layout on every processor: https://man7.org/linux/man-pages/man2/statx.2.html</summary>
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Status(int folder, string path, int flags, uint mask, Span<byte> answer);

    /// <summary>struct flock of 64-bit Linux: https://man7.org/linux/man-pages/man2/F_SETLK.2const.html</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RecordLock
    {
        public short Kind;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    /// <summary><c>struct passwd</c>, as glibc and musl have it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly struct UserAccount
    {
        public readonly nint Name;
        public readonly nint Password;
        public readonly uint User;
        public readonly uint Group;
        public readonly nint Description;
        public readonly nint HomeFolder;
        public readonly nint Shell;
    }
}
