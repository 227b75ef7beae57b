using System.Globalization;
using System.Text;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>
/// Keeps a second server process off the database: an exclusive lock on a file beside it, which the operating system releases
/// when the process ends, however it ends. The file stays; what counts is the lock. It holds the owner's process id for the operator.
/// </summary>
internal sealed class DatabaseLock : IDisposable
{
    private const int MostDigits = 20;

    // EWOULDBLOCK, by which .NET tells of a lock that somebody else has.
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;

    private readonly FileStream _file;

    private DatabaseLock(FileStream file) => _file = file;

    /// <summary>Takes the lock where the file is there already, so that a running server's database is not even looked at.</summary>
    /// <exception cref="DatabaseException">Another process has it.</exception>
    public static DatabaseLock? TakeIfPresent(string databasePath) => File.Exists(PathOf(databasePath)) ? Take(databasePath) : null;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="DatabaseException">Another process has it, or the file cannot be made.</exception>
    public static DatabaseLock Take(string databasePath)
    {
        var path = PathOf(databasePath);
        try
        {
            var file = Open(path);
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            file.Flush();
            return new DatabaseLock(file);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new DatabaseException($"The folder of the database {databasePath} cannot be written.", failure);
        }
        catch (IOException failure)
        {
            // The number in a file that cannot be opened for another reason is that of a server that is long gone.
            throw failure.HResult is WouldBlockOnLinux or WouldBlockOnMac && ReadOwner(path) is { } owner
                ? new DatabaseException($"The database {databasePath} is in use by the server with process id {owner}.", failure)
                : new DatabaseException($"The lock file {path} cannot be taken: {failure.Message}", failure);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Opens it, and lets nothing be written to what somebody has put in its place: a link, or another file's name.</summary>
    private static FileStream Open(string path)
    {
        RegularFile.RequireIfThere(path);
        var file = new FileStream(path, FileRights.OwnersFile(FileMode.OpenOrCreate));
        try
        {
            if (OperatingSystem.IsLinux() && (FileStatus.Of(file.SafeFileHandle) is not { IsRegularFile: true, Links: 1 } opened
                || FileStatus.Of(path) is not { } named || named.Identity != opened.Identity))
                throw new IOException("it is a link or another file too: remove it");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string PathOf(string databasePath) => databasePath + ".lock";

    /// <summary>The process id in the file. <see cref="FileStream"/> would want a lock of its own to read it, and be refused.</summary>
    private static string? ReadOwner(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;

        var descriptor = Libc.Open(path, OperatingSystem.IsLinux() ? Libc.OpenCloseOnExec | Libc.OpenWithoutWaiting : 0);
        if (descriptor < 0)
            return null;
        Span<byte> text = stackalloc byte[MostDigits];
        var length = Libc.Read(descriptor, text, text.Length);
        _ = Libc.Close(descriptor);
        return length > 0 && long.TryParse(text[..(int)length], CultureInfo.InvariantCulture, out var owner)
            ? owner.ToString(CultureInfo.InvariantCulture)
            : null;
    }
}
