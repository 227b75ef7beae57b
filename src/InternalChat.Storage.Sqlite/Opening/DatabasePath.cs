using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Storage.Sqlite.Opening;

/// <summary>Where a database lies, and what lies beside it and belongs to it.</summary>
internal static class DatabasePath
{
    /// <summary>
    /// Ends of the names of what lies beside a file and is read as a part of it by whoever opens it, whatever file it is by then.
    /// </summary>
    public static IReadOnlyList<string> Companions { get; } = ["-wal", "-journal"];

    /// <summary>A companion that has something in it; null if there is none.</summary>
    public static string? Leftover(string path) => Companions.Select(companion => path + companion).FirstOrDefault(HasContent);

    /// <summary>Checks the path itself and makes the folder.</summary>
    /// <returns>The full path.</returns>
    /// <exception cref="DatabaseException">No database can be there.</exception>
    public static string Prepare(string path)
    {
        try
        {
            var fullPath = Locate(path);
            if (Directory.Exists(fullPath) || Path.EndsInDirectorySeparator(path))
                throw new DatabaseException($"The path of the database {fullPath} is a folder.");
            FileRights.CreateFolder(Path.GetDirectoryName(fullPath)!);
            return fullPath;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw DatabaseException.Because($"The folder of the database {path} cannot be made", failure);
        }
    }

    /// <summary>
    /// The full path of the file itself, behind any link to it: SQLite's companions lie beside the file, and so must our lock, which would
    /// otherwise be another one for each name.
    /// </summary>
    /// <exception cref="DatabaseException">There is no path, or a link that leads to itself or cannot be followed.</exception>
    public static string Locate(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new DatabaseException("The path of the database is empty.");
        var fullPath = Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(fullPath, returnFinalTarget: true)?.FullName ?? fullPath;
        }
        catch (FileNotFoundException)
        {
            return fullPath;
        }
        catch (DirectoryNotFoundException)
        {
            return fullPath;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"The database {path} cannot be found", failure);
        }
    }

    /// <summary>The same with the rights for that path.</summary>
    /// <exception cref="DatabaseException">As above.</exception>
    /// <exception cref="IOException">The rights may not be taken.</exception>
    public static string Locate(OwnersRights rights)
    {
        using var scope = rights.Take();
        return Locate(rights.Path);
    }

    /// <summary>Whether there is a file with something in it.</summary>
    public static bool HasContent(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };
}
