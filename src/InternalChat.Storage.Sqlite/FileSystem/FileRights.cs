namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>Who may read a database: its owner. SQLite gives the files beside it the database's own mode.</summary>
internal static class FileRights
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode ReadByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>How a file is opened that is made for its owner alone where it is missing.</summary>
    public static FileStreamOptions OwnersFile(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return options;
    }

    /// <summary>Makes an empty file, which SQLite takes for a new database. There must be none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="replaces">
    /// What it is going to replace: if root makes it, it belongs to the owner of that. Not in a folder where others could have put it.
    /// </param>
    public static void CreateFile(string path, string? replaces = null)
    {
        using var file = new FileStream(path, OwnersFile(FileMode.CreateNew));
        if (replaces is not null && OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess
            && FileStatus.Of(replaces) is { IsRegularFile: true } model
            && FileStatus.Of(Path.GetDirectoryName(replaces)!) is { IsWritableByAll: false, IsWritableByGroup: false })
            _ = Libc.ChangeOwner(file.SafeFileHandle, model.User, model.Group);
    }

    /// <summary>Makes a folder where it is missing, and those above it.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            CreateFolder(parent);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerOnlyFolder);
    }

    /// <summary>The file's mode in octal digits, where others than its owner may read it; otherwise null.</summary>
    public static string? ModeThatOthersRead(string path)
    {
        if (OperatingSystem.IsWindows() || File.GetUnixFileMode(path) is var mode && (mode & ReadByOthers) == 0)
            return null;
        return Convert.ToString((int)mode, toBase: 8);
    }
}
