using System.Diagnostics;
using InternalChat.Storage.Files;
using InternalChat.Storage.Maintenance.Checks;

namespace InternalChat.Storage.Maintenance;

/// <summary>
/// Finds out whether a database is whole: SQLite's own check of its pages, then the rules of ours: every back-pointer, every head, every mark,
/// accounts, contacts, blocks and receipts. Changes nothing.
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
    /// <returns>What was looked at, and how much is wrong with it.</returns>
    /// <exception cref="DatabaseException">There is no database of this version, it cannot be read, or the disk became too full meanwhile.</exception>
    public static CheckResult Run(string path, Action<string> report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var began = Stopwatch.GetTimestamp();
        var fullPath = Path.GetFullPath(path);
        var findings = new Findings(report);
        using var snapshot = DatabaseSnapshot.Take(fullPath);
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
        }
        catch (Exception failure) when (SqliteFailure.Is(failure))
        {
            snapshot.ThrowIfDiskIsLow();
            findings.Add($"SQLite: {failure.Message.ReplaceLineEndings(" ")}, so the check ends here");
        }

        return new CheckResult(findings.Count, snapshot.LastMessageId, Stopwatch.GetElapsedTime(began));
    }
}

/// <summary>The outcome of a check.</summary>
/// <param name="Findings">How much is wrong; 0 where the database is whole.</param>
/// <param name="LastMessageId">The newest message of the moment that was looked at.</param>
/// <param name="Elapsed">How long it took.</param>
public readonly record struct CheckResult(int Findings, long LastMessageId, TimeSpan Elapsed);
