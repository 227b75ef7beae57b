using System.Globalization;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Opening;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// A folder of backups, of which the newest so many are kept: <c>chat-000017-20260131T235959Z.db</c> is the seventeenth of <c>chat.db</c>.
/// Which are the newest the numbers say, and never the clock. What else is in the folder is left alone.
/// </summary>
public static class BackupFolder
{
    private const string Suffix = ".db";

    /// <summary>Writes another backup; once it is whole and checked, the oldest beyond what is kept are removed.</summary>
    /// <param name="databasePath">The database.</param>
    /// <param name="folder">The folder, which must be there.</param>
    /// <param name="keep">How many are kept with the new one, 1 or more.</param>
    /// <param name="lowDiskBytes">Free bytes that stay free; null for the usual <see cref="StorageSpace.LowMark"/>.</param>
    /// <param name="time">The clock, for the name; the system's where not given.</param>
    /// <param name="cancellation">Ends it and leaves nothing.</param>
    /// <exception cref="DatabaseException">
    /// No backup was written and none removed, for a reason of <see cref="DatabaseBackup.Write"/>; or it was, and an old one cannot be
    /// removed.
    /// </exception>
    /// <exception cref="IOException">Root cannot tell whose the database or the folder is, or may not take its owner's rights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and none removed.</exception>
    public static BackupResult Write(
        string databasePath, string folder, int keep, long? lowDiskBytes = null, TimeProvider? time = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        using var rights = OwnersRights.Of(folder).Take();
        if (!Directory.Exists(folder))
            throw new DatabaseException($"There is no folder {folder} for the backups.");
        var prefix = Path.GetFileNameWithoutExtension(DatabasePath.Locate(OwnersRights.Of(databasePath))) + "-";
        // Under one name first: what a killed process leaves there the next one replaces, and it never adds up.
        var unnamed = DatabaseBackup.Write(
            databasePath, Path.Combine(folder, $"{prefix}new{Suffix}"), replace: true, lowDiskBytes, cancellation);
        try
        {
            var number = Numbered(folder, prefix).Select(static backup => backup.Number).DefaultIfEmpty().Max() + 1;
            var start = string.Create(CultureInfo.InvariantCulture, $"{prefix}{number:D6}-");
            var backup = StampedName.Free(Path.Combine(Path.GetDirectoryName(unnamed.Path)!, start), Suffix, time ?? TimeProvider.System);
            File.Move(unnamed.Path, backup);
            Remove(Numbered(folder, prefix).OrderByDescending(static backup => backup.Number).Skip(keep));
            return unnamed with { Path = backup };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"The backup {unnamed.Path} is whole, but cannot be given its name", failure);
        }
    }

    private static void Remove(IEnumerable<(long Number, string Path)> backups)
    {
        foreach (var (_, backup) in backups)
        {
            try
            {
                File.Delete(backup);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw DatabaseException.Because($"There is a new backup, but the old one {backup} cannot be removed", failure);
            }
        }
    }

    private static IEnumerable<(long Number, string Path)> Numbered(string folder, string prefix) =>
        from path in Directory.GetFiles(folder)
        let number = NumberOf(Path.GetFileName(path), prefix)
        where number > 0
        select (number.Value, path);

    /// <summary>The number in a name that was given here; null for any other name.</summary>
    private static long? NumberOf(string name, string prefix)
    {
        if (!name.StartsWith(prefix, StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal))
            return null;
        return name[prefix.Length..^Suffix.Length].Split('-') is [var number, { Length: 16 } and [.., 'Z'], ..]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : null;
    }
}
