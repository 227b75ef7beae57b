using System.Diagnostics;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance.Checks;
using InternalChat.Storage.Sqlite.Opening;
using InternalChat.Storage.Sqlite.Sql;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// Finds out whether a database is whole: SQLite's own check of its pages, then the rules of ours: every back-pointer, every head, every
/// mark, accounts, contacts, blocks and receipts. Changes nothing.
/// </summary>
/// <remarks>
/// Reads the file as it is at one moment, also beside a server that runs, whose writer does not wait for it. Some seconds for each GiB
/// and about 60 bytes of memory for each conversation.
/// </remarks>
public static class DatabaseCheck
{
    /// <summary>Checks.</summary>
    /// <param name="path">The database, or a backup of one.</param>
    /// <param name="report">Takes a line for each of the first hundred findings.</param>
    /// <param name="lowDiskBytes">
    /// Free bytes below which it ends where the write-ahead log grows; null for the usual <see cref="StorageSpace.LowMark"/>.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What was looked at, and how much is wrong with it.</returns>
    /// <exception cref="DatabaseException">
    /// There is no database of this version, it cannot be read, or the disk became too full meanwhile.
    /// </exception>
    /// <exception cref="IOException">Root cannot tell whose database it is, or may not take its owner's rights.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CheckResult Run(
        string path, Action<string> report, long? lowDiskBytes = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var ofDatabase = OwnersRights.Of(path);
        using var rights = ofDatabase.Take();
        return RunHere(ofDatabase.Path, report, lowDiskBytes, cancellation);
    }

    private static CheckResult RunHere(string path, Action<string> report, long? lowDiskBytes, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var fullPath = DatabasePath.Locate(path);
        var findings = new Findings(report);
        using var snapshot = DatabaseSnapshot.Take(fullPath, lowDiskBytes, cancellation);
        try
        {
            TableCheck.Integrity(snapshot.Connection, findings);
            // On damaged pages our own rules would find the same again, or not come to an end.
            if (findings.Count == 0)
            {
                TableCheck.Run(snapshot.Connection, findings);
                using var log = new LogCheck(snapshot, findings);
                log.Run();
            }

            snapshot.ThrowIfEnded();
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            snapshot.ThrowIfEnded();
            findings.Add($"SQLite: {failure.Message.ReplaceLineEndings(" ")}, so the check ends here");
        }

        return new CheckResult(findings.Count, snapshot.LastMessageId, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Checks what was written, before it is relied on.</summary>
    /// <param name="path">The database.</param>
    /// <param name="refusal">What the operator is told where it is not whole; how much is wrong follows.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DatabaseException">It is not whole, or could not be read.</exception>
    internal static CheckResult RequireNoFindings(string path, string refusal, CancellationToken cancellation = default)
    {
        string? first = null;
        var check = RunHere(path, finding => first ??= finding, lowDiskBytes: null, cancellation);
        return check.Findings == 0
            ? check
            : throw new DatabaseException($"{refusal} ({check.Findings} findings, the first: {first}).");
    }

    /// <summary>Checks a file that may be the original server's; of such a one only SQLite's own structures.</summary>
    /// <returns>How much is wrong.</returns>
    internal static int RunOnAnyVersion(string path, Action<string> report, CancellationToken cancellation)
    {
        if (DatabaseInspection.IsCurrent(path))
            return RunHere(path, report, lowDiskBytes: null, cancellation).Findings;
        var findings = new Findings(report);
        using var connection = Connections.OpenBeside(path);
        TableCheck.Integrity(connection, findings);
        return findings.Count;
    }
}

/// <summary>The outcome of a check.</summary>
/// <param name="Findings">How much is wrong; 0 where the database is whole.</param>
/// <param name="LastMessageId">The newest message of the moment that was looked at.</param>
/// <param name="Elapsed">How long it took.</param>
public readonly record struct CheckResult(int Findings, long LastMessageId, TimeSpan Elapsed);
