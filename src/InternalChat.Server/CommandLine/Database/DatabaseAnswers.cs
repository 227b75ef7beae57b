using System.Text.Json.Serialization;

namespace InternalChat.Server.CommandLine.Database;

/// <summary>A copy was written.</summary>
/// <param name="Database">Of this file.</param>
/// <param name="File">Into this one.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="LastMessageId">The newest message in it.</param>
/// <param name="CopySeconds">So long the copying took, in which the server's write-ahead log could only grow.</param>
/// <param name="ElapsedSeconds">So long all of it took.</param>
internal sealed record BackupAnswer(
    string Database, string File, long Bytes, long LastMessageId, double CopySeconds, double ElapsedSeconds);

/// <summary>A copy was put back.</summary>
/// <param name="Database">The file that was made.</param>
/// <param name="Kept">Where the one is that was there before; null where there was none.</param>
internal sealed record RestoreAnswer(string Database, string? Kept);

/// <summary>The database was looked over.</summary>
/// <param name="Database">The file.</param>
/// <param name="IsWhole">Whether nothing was found.</param>
/// <param name="FindingCount">How much was found.</param>
/// <param name="Findings">A sentence for each of the first hundred.</param>
/// <param name="LastMessageId">The newest message that was looked at.</param>
/// <param name="ElapsedSeconds">So long it took.</param>
internal sealed record CheckAnswer(
    string Database, bool IsWhole, int FindingCount, IReadOnlyList<string> Findings, long LastMessageId, double ElapsedSeconds);

/// <summary>The database was written anew.</summary>
internal sealed record VacuumAnswer(string Database, long BytesBefore, long BytesAfter);

/// <summary>What is in a database and how much room it takes.</summary>
/// <param name="Database">The file.</param>
/// <param name="DatabaseBytes">Its length.</param>
/// <param name="WalBytes">The length of its write-ahead log.</param>
/// <param name="FreePageBytes">Of the file, what no row uses.</param>
/// <param name="DiskFreeBytes">What may still be written on its disk.</param>
/// <param name="DiskBytes">The size of that.</param>
/// <param name="Messages">Those that are there: without those that retention or an erasure has emptied.</param>
/// <param name="WipedMessages">Those that are emptied and hold their place.</param>
/// <param name="Oldest">Null where there is none, as the next.</param>
/// <param name="Newest">The newest message.</param>
/// <param name="LastMessageId">The newest id that was ever given.</param>
/// <param name="MessagesToReplay">Those that a start after a crash would have to go through.</param>
/// <param name="SuspendedAccounts">By an operator.</param>
/// <param name="DeletedAccounts">By an operator.</param>
/// <param name="PendingErasures">Ordered and not complete.</param>
/// <param name="PendingMessages">Those that wait for their recipients.</param>
/// <param name="MostPending">For whom most wait, at most ten.</param>
/// <param name="Tables">The largest first.</param>
internal sealed record StatsAnswer(
    string Database, long DatabaseBytes, long WalBytes, long FreePageBytes, long DiskFreeBytes, long DiskBytes, long Messages,
    long WipedMessages, MessageEntry? Oldest, MessageEntry? Newest, long LastMessageId, long MessagesToReplay, long SuspendedAccounts,
    long DeletedAccounts, long PendingErasures, long PendingMessages, IReadOnlyList<PendingEntry> MostPending,
    IReadOnlyList<TableEntry> Tables);

/// <summary>A message and when it was accepted, UTC.</summary>
internal sealed record MessageEntry(long Id, DateTime CreatedAt);

/// <summary>How many messages wait for a user.</summary>
internal sealed record PendingEntry(string User, long Messages);

/// <summary>How many rows a table of the file has.</summary>
internal sealed record TableEntry(string Table, long Rows);

/// <summary>
/// What the commands of <c>db</c> print for programs, written by code made at compile time: a native program has no reflection. Names are
/// added, not changed.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BackupAnswer))]
[JsonSerializable(typeof(RestoreAnswer))]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(VacuumAnswer))]
[JsonSerializable(typeof(StatsAnswer))]
internal sealed partial class DatabaseJson : JsonSerializerContext;
