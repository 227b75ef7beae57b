namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>
/// A file that gets its name only when it is whole and on the disk: until then it lies beside it with <c>.partial</c> at the end of its
/// name, and goes where it is not finished. One that a killed process left behind is replaced; one that another process is still writing
/// is not. It takes the place of regular files only.
/// </summary>
public sealed class PartialFile : IDisposable
{
    private const string Suffix = ".partial";

    // EEXIST and ERROR_FILE_EXISTS, as the runtime gives them.
    private const int ExistsOnUnix = 17;
    private const int ExistsOnWindows = unchecked((int)0x80070050);

    private readonly string _target;
    private readonly FileClaim _claim;
    private readonly OwnersRights? _rights;
    private bool _isPublished;

    /// <summary>Makes it, for its owner alone; if root does, that is the owner of what it replaces.</summary>
    /// <param name="target">The name that it gets in the end.</param>
    /// <param name="rights">Whose rights are taken for everything that is done with it; null for those of the moment.</param>
    /// <exception cref="IOException">
    /// It cannot be made, another process is writing one for the same target, or something else than a regular file has one of the names.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be made.</exception>
    public PartialFile(string target, OwnersRights? rights = null)
    {
        _target = target;
        _rights = rights;
        using var scope = Rights();
        Path = PathFor(target);
        RegularFile.RequireIfThere(target);
        DeleteLeftover();
        _claim = Create();
        DeleteCompanions();
    }

    /// <summary>Where it is meanwhile: empty at first, for its owner alone.</summary>
    public string Path { get; }

    /// <summary>Where a file is before it gets its name; what else is there goes.</summary>
    public static string PathFor(string target) => target + Suffix;

    /// <summary>Opens it for whoever writes it byte by byte.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public FileStream OpenToWrite()
    {
        using var scope = Rights();
        return new FileStream(Path, FileMode.Open, FileAccess.Write);
    }

    /// <summary>Puts it onto the disk and under its name.</summary>
    /// <param name="replace">Whether that may be in the place of what has that name.</param>
    /// <param name="replaced">The name that what it replaces gets instead; null where that goes.</param>
    /// <exception cref="IOException">It keeps its partial name, and is deleted with <see cref="Dispose"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Publish(bool replace = true, string? replaced = null)
    {
        using var scope = Rights();
        using (var file = new FileStream(Path, FileMode.Open, FileAccess.ReadWrite))
            file.Flush(flushToDisk: true);
        RegularFile.RequireIfThere(_target);
        if (replaced is not null)
            File.Replace(Path, _target, replaced);
        else
            File.Move(Path, _target, overwrite: replace);
        _isPublished = true;
        SyncFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(_target))!);
    }

    /// <summary>Deletes it unless it was published.</summary>
    public void Dispose()
    {
        using var scope = Rights();
        if (!_isPublished)
            DeleteAll();
        _claim.Dispose();
    }

    /// <summary>Puts names in a folder onto the disk.</summary>
    private static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Libc.Open(path, flags: 0);
        if (descriptor < 0)
            return;
        // A file system that cannot do that has nothing to lose either.
        _ = Libc.Sync(descriptor);
        _ = Libc.Close(descriptor);
    }

    private void DeleteLeftover()
    {
        RegularFile.RequireIfThere(Path);
        try
        {
            using var leftover = FileClaim.TryTake(Path) ?? throw IsBeingWritten();
            File.Delete(Path);
        }
        catch (FileNotFoundException)
        {
            // There is none.
        }
    }

    private FileClaim Create()
    {
        try
        {
            FileRights.CreateFile(Path, replaces: System.IO.Path.GetFullPath(_target));
            return FileClaim.TryTake(Path) ?? throw IsBeingWritten();
        }
        catch (FileNotFoundException)
        {
            // Before it was claimed, another process has taken it for a leftover.
            throw IsBeingWritten();
        }
        // The other may have published it by now, so that whether it is still there says nothing.
        catch (IOException failure) when (failure.HResult is ExistsOnUnix or ExistsOnWindows || File.Exists(Path))
        {
            throw IsBeingWritten();
        }
    }

    private IOException IsBeingWritten() => new($"another process is writing {Path}");

    private OwnersRightsScope Rights() => _rights is null ? default : _rights.Take();

    private void DeleteAll()
    {
        File.Delete(Path);
        DeleteCompanions();
    }

    private void DeleteCompanions()
    {
        foreach (var suffix in new[] { "-journal", "-wal", "-shm" })
            File.Delete(Path + suffix);
    }
}
