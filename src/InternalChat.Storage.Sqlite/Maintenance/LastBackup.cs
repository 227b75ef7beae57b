using System.Globalization;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Opening;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// When a database was last backed up, in a small file beside it, <c>chat.db.last-backup</c>: so a server knows of backups that another
/// process made, also before it was started.
/// </summary>
public static class LastBackup
{
    /// <summary>Behind the database's name.</summary>
    internal const string Suffix = ".last-backup";

    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // errno.h; .NET gives it on as it is.
    private const int ReadOnlyFileSystem = 30;

    /// <summary>Notes a backup that is whole. On a read-only disk there is no server that would ask, so nothing is noted there.</summary>
    /// <param name="databasePath">The database that was backed up.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="time">The clock; the system's where not given.</param>
    /// <exception cref="DatabaseException">It cannot be noted.</exception>
    public static void Note(string databasePath, string backup, TimeProvider? time = null)
    {
        var ofDatabase = OwnersRights.OfDatabase(databasePath);
        var path = DatabasePath.Locate(ofDatabase) + Suffix;
        var now = (time ?? TimeProvider.System).GetUtcNow().ToString(Format, CultureInfo.InvariantCulture);
        try
        {
            using var rights = ofDatabase.Take();
            using var file = new PartialFile(path);
            File.WriteAllText(file.Path, $"{now} {backup}\n");
            file.Publish();
        }
        catch (IOException failure) when (failure.HResult == ReadOnlyFileSystem)
        {
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"The backup is whole, but that cannot be noted in {path}", failure);
        }
    }

    /// <summary>When the last one was noted; null where none was, or the note cannot be read.</summary>
    internal static DateTimeOffset? Read(string databasePath)
    {
        try
        {
            var noted = File.ReadAllText(databasePath + Suffix).Split(' ', '\n')[0];
            return DateTimeOffset.TryParseExact(
                noted, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
