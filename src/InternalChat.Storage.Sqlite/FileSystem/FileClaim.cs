using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>
/// Claims a file itself, whatever name it was opened by: a lock on one byte of it, far behind its end, which the operating system releases
/// when the process ends. <see cref="DatabaseLock"/> claims a name; this one also keeps two servers apart that reach one file by two names
/// (a hard link, a file mounted into a container), and holds when the lock file was removed. Linux only; elsewhere, and on a file system
/// without such locks, it claims nothing.
/// </summary>
/// <remarks>
/// The lock belongs to the open file description (F_OFD_SETLK), so SQLite's own POSIX locks, which lie on other bytes, neither meet nor
/// drop it. The reverse is not true: closing any descriptor of a file drops this process' POSIX locks on it. So a claim on a database is
/// disposed only when SQLite has closed it.
/// </remarks>
internal sealed class FileClaim : IDisposable
{
    private const int None = -1;

    // Of open and fcntl: https://man7.org/linux/man-pages/man2/open.2.html and F_OFD_SETLK(2const).
    private const int OpenReadWrite = 2;
    private const int SetLock = 37;
    private const short WriteLock = 1;
    private const short NoLock = 2;
    private const long ClaimedByte = 1L << 62;

    private const int NoEntry = 2;
    private const int TryAgain = 11;
    private const int AccessDenied = 13;

    private readonly string _path;

    private FileClaim(string path, int descriptor)
    {
        _path = path;
        Descriptor = descriptor;
    }

    /// <summary>Open on the claimed file; -1 when this is not Linux.</summary>
    public int Descriptor { get; private set; }

    /// <summary>Whether the name that it was claimed by still leads to it.</summary>
    private bool HasItsName => Descriptor == None
        || (FileStatus.Of(_path, out _) is { } named && FileStatus.Of(Descriptor) is { } open && named.Identity == open.Identity);

    /// <summary>Claims a database that is about to be opened.</summary>
    /// <exception cref="DatabaseException">
    /// It has other names, it is no regular file, a server has it open by another name, or it cannot be opened.
    /// </exception>
    public static FileClaim TakeDatabase(string path)
    {
        try
        {
            RegularFile.RequireIfThere(path);
            RequireSoleName(path);
            return TryTake(path)
                ?? throw new DatabaseException($"The database {path} is in use by a server that opened it by another name.");
        }
        catch (IOException failure)
        {
            throw DatabaseException.Because($"The database {path} cannot be opened", failure);
        }
    }

    /// <summary>
    /// Makes sure that a database can be reached by one name only: SQLite keeps what belongs to it beside the name, so two servers that
    /// open two names would write over each other.
    /// </summary>
    /// <exception cref="DatabaseException">It has other names.</exception>
    public static void RequireSoleName(string path)
    {
        if (FileStatus.Of(path, out _) is { Links: > 1 } status)
        {
            throw new DatabaseException(
                $"The database {path} has {status.Links} names (hard links), and a server that opened another one would destroy it: "
                + $"remove the others, which 'find DIR -samefile {path}' names, or make it a file of its own: "
                + $"cp -p {path} {path}.new && mv {path}.new {path}");
        }
    }

    /// <summary>Claims a file that may be missing, and then needs no claim.</summary>
    /// <param name="path">The file.</param>
    /// <param name="claim">Null when the file is missing.</param>
    /// <returns>Whether nobody else has claimed it.</returns>
    /// <exception cref="IOException">It cannot be opened, or is a symbolic link.</exception>
    public static bool TryTakeIfPresent(string path, out FileClaim? claim)
    {
        claim = null;
        return !File.Exists(path) || (claim = TryTake(path)) is not null;
    }

    /// <summary>Claims a file that is there.</summary>
    /// <returns>Null when another process, or another claim of this one, has it.</returns>
    /// <exception cref="IOException">It cannot be opened, or is a symbolic link.</exception>
    public static FileClaim? TryTake(string path)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            return new FileClaim(path, None);
        while (true)
        {
            var descriptor = Libc.Open(path, OpenReadWrite | NoFollow | Libc.OpenWithoutWaiting | Libc.OpenCloseOnExec);
            if (descriptor < 0)
                throw Failure(path);
            var claim = new FileClaim(path, descriptor);
            if (!TryLock(descriptor))
            {
                claim.Dispose();
                return null;
            }

            // Who had it may have given it another name, or removed it, just before releasing it.
            if (claim.HasItsName)
                return claim;
            claim.Dispose();
        }
    }

    /// <summary>Reads the first bytes. What is missing at the end of the file stays as it is in the buffer.</summary>
    public void ReadStart(Span<byte> buffer)
    {
        if (OperatingSystem.IsLinux())
            _ = Libc.ReadAt(Descriptor, buffer, buffer.Length, offset: 0);
    }

    /// <summary>Gives the claim up.</summary>
    /// <remarks>
    /// Not by closing alone: a child process that is being started has a copy of the descriptor until it executes its program, and would
    /// hold the lock for as long.
    /// </remarks>
    public void Dispose()
    {
        if (Descriptor != None && OperatingSystem.IsLinux())
        {
            _ = ChangeLock(Descriptor, NoLock);
            _ = Libc.Close(Descriptor);
        }

        Descriptor = None;
    }

    // The number differs between processors.
    private static int NoFollow => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    private static bool TryLock(int descriptor) => !OperatingSystem.IsLinux()
        || ChangeLock(descriptor, WriteLock) == 0
        || Marshal.GetLastPInvokeError() is not (TryAgain or AccessDenied);

    [SupportedOSPlatform("linux")]
    private static int ChangeLock(int descriptor, short kind)
    {
        var request = new Libc.RecordLock { Kind = kind, Start = ClaimedByte, Length = 1 };
        return Libc.Control(descriptor, SetLock, ref request);
    }

    private static IOException Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var text = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error == NoEntry ? new FileNotFoundException(text) : new IOException(text);
    }
}
