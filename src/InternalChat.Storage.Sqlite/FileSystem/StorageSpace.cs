namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>How much room a database takes and has.</summary>
/// <param name="DatabaseBytes">Length of the database file.</param>
/// <param name="WalBytes">Length of its write-ahead log; 0 where there is none.</param>
/// <param name="FreeBytes">What this process may still write on the disk that the database is on.</param>
/// <param name="DiskBytes">The size of that disk.</param>
public readonly record struct StorageSpace(long DatabaseBytes, long WalBytes, long FreeBytes, long DiskBytes)
{
    private const long MostReserved = 1L << 30;
    private const int ReservedShare = 10;

    /// <summary>Free bytes below which the disk counts as nearly full.</summary>
    /// <param name="lowDiskBytes">
    /// What the operator says; null for 1 GiB, on disks below 10 GiB a tenth. At 5,000 messages a second the first is some ten minutes.
    /// </param>
    public long LowMark(long? lowDiskBytes) => lowDiskBytes ?? Math.Min(MostReserved, DiskBytes / ReservedShare);

    /// <summary>Measures. Any thread; a few system calls.</summary>
    /// <param name="databasePath">The database file.</param>
    /// <exception cref="IOException">The disk does not answer.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be looked at.</exception>
    public static StorageSpace Measure(string databasePath)
    {
        var disk = new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(databasePath))!);
        return new StorageSpace(Length(databasePath), Length(databasePath + "-wal"), disk.AvailableFreeSpace, disk.TotalSize);
    }

    /// <summary>The same for those who can do nothing about a disk that does not answer.</summary>
    /// <returns>Null where it does not.</returns>
    public static StorageSpace? TryMeasure(string databasePath)
    {
        try
        {
            return Measure(databasePath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A file's length; 0 where there is none.</summary>
    internal static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
