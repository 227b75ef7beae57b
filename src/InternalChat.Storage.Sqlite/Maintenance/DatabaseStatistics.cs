using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Opening;
using InternalChat.Storage.Sqlite.Sql;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// What is in a database and how much room it takes, at one moment, also beside a server that runs. Counting reads all tables: some seconds
/// for each GiB.
/// </summary>
public sealed record DatabaseStatistics
{
    /// <summary>The database.</summary>
    public required string Path { get; init; }

    /// <summary>Lengths of the file and its write-ahead log, and the disk's room.</summary>
    public required StorageSpace Space { get; init; }

    /// <summary>Bytes of the file that no row uses, and that new rows will.</summary>
    public required long FreePageBytes { get; init; }

    /// <summary>How many rows each table has, the largest first.</summary>
    public required IReadOnlyList<TableRows> Tables { get; init; }

    /// <summary>Rows of <c>messages</c> that retention or an erasure has emptied, and that hold their place.</summary>
    public required long WipedMessages { get; init; }

    /// <summary>The oldest message; null where there is none.</summary>
    public required MessageTime? Oldest { get; init; }

    /// <summary>The newest message; null where there is none.</summary>
    public required MessageTime? Newest { get; init; }

    /// <summary>The newest id that was ever given.</summary>
    public required long LastMessageId { get; init; }

    /// <summary>Messages that a start after a crash would have to replay.</summary>
    public required long ToReplay { get; init; }

    /// <summary>Accounts that the operator suspended.</summary>
    public required long SuspendedAccounts { get; init; }

    /// <summary>Accounts that the operator deleted.</summary>
    public required long DeletedAccounts { get; init; }

    /// <summary>Erasures that were ordered and are not complete.</summary>
    public required long PendingErasures { get; init; }

    /// <summary>Messages that wait for their recipients, as far as delivered marks are on the disk.</summary>
    public required long Pending { get; init; }

    /// <summary>Those for whom most messages wait, at most ten.</summary>
    public required IReadOnlyList<PendingMessages> MostPending { get; init; }

    /// <summary>Looks.</summary>
    /// <param name="path">The database, or a backup of one.</param>
    /// <param name="lowDiskBytes">
    /// Free bytes below which it ends where the write-ahead log grows; null for the usual <see cref="StorageSpace.LowMark"/>.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DatabaseException">
    /// There is no database of this version, it cannot be read, or the disk became too full meanwhile.
    /// </exception>
    /// <exception cref="IOException">Root cannot tell whose database it is, or may not take its owner's rights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static DatabaseStatistics Read(string path, long? lowDiskBytes = null, CancellationToken cancellation = default)
    {
        var ofDatabase = OwnersRights.Of(path);
        using var rights = ofDatabase.Take();
        var fullPath = DatabasePath.Locate(ofDatabase.Path);
        using var snapshot = DatabaseSnapshot.Take(fullPath, lowDiskBytes, cancellation);
        try
        {
            var statistics = new StatisticsReader(snapshot).Read(fullPath);
            snapshot.ThrowIfEnded();
            return statistics;
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            snapshot.ThrowIfEnded();
            throw DatabaseException.Because($"The database {fullPath} could not be read to its end", failure);
        }
    }
}

/// <summary>A table and its number of rows.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Rows">How many rows it has.</param>
public readonly record struct TableRows(string Name, long Rows);

/// <summary>A message and when it was accepted.</summary>
/// <param name="Id">The message.</param>
/// <param name="CreatedAt">Unix seconds, UTC.</param>
public readonly record struct MessageTime(long Id, long CreatedAt);

/// <summary>What waits for a user.</summary>
/// <param name="Username">Who.</param>
/// <param name="Messages">How many.</param>
public readonly record struct PendingMessages(string Username, long Messages);
