namespace InternalChat.Storage.Files;

/// <summary>Who may read a database: its owner. SQLite gives the files beside it the database's own mode.</summary>
internal static class FileRights
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode ReadByOthers = UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // Of statx: relative paths are meant from the working directory; what is asked for; where it stands in the answer.
    private const int WorkingDirectory = -100;
    private const uint Owners = 0x18;
    private const int StatusLength = 256;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;

    /// <summary>How a file is opened that is made for its owner alone where it is missing.</summary>
    public static FileStreamOptions OwnersFile(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return options;
    }

    /// <summary>Makes an empty file, which SQLite takes for a new database. There must be none.</summary>
    public static void CreateFile(string path) => new FileStream(path, OwnersFile(FileMode.CreateNew)).Dispose();

    /// <summary>
    /// Gives a new file to the owner of what it belongs to, or of its folder where that is missing: root, who may work on anybody's
    /// database, leaves no file behind that the server's user cannot open. Does nothing for others, who own what they make.
    /// </summary>
    public static void GiveToOwnerOf(string belongsTo, string path)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return;
        var model = File.Exists(belongsTo) ? belongsTo : Path.GetDirectoryName(Path.GetFullPath(belongsTo))!;
        Span<byte> answer = stackalloc byte[StatusLength];
        if (Libc.Status(WorkingDirectory, model, flags: 0, Owners, answer) == 0)
            _ = Libc.ChangeOwner(path, BitConverter.ToUInt32(answer[UserOffset..]), BitConverter.ToUInt32(answer[GroupOffset..]));
    }

    /// <summary>
    /// Makes a folder where it is missing, and those above it. They belong to whom the first belongs that was there, as above.
    /// </summary>
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
        GiveToOwnerOf(path, path);
    }

    /// <summary>The file's mode in octal digits, where others than its owner may read it; otherwise null.</summary>
    public static string? ModeThatOthersRead(string path)
    {
        if (OperatingSystem.IsWindows() || File.GetUnixFileMode(path) is var mode && (mode & ReadByOthers) == 0)
            return null;
        return Convert.ToString((int)mode, toBase: 8);
    }
}
