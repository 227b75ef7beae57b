using System.CommandLine;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.CommandLine;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Server.Administration.Database;

/// <summary><c>db stats</c>: what is in the database and how much room it takes.</summary>
internal static class StatsCommand
{
    public static Command Create(ChosenDatabase database)
    {
        var command = new Command("stats", "What is in the database, how much room it takes, and for whom messages wait");
        command.SetAction(parsed =>
        {
            DatabaseWork.GiveWay();
            var (path, lowDiskBytes) = (database.Path(parsed), database.LowDiskBytes(parsed));
            var statistics = DatabaseWork.Run(cancellation => DatabaseStatistics.Read(path, lowDiskBytes, cancellation));
            database.Print(parsed, Answer(statistics), DatabaseJson.Default.StatsAnswer, Describe);
            return ExitStatus.Success;
        });
        return command;
    }

    private static StatsAnswer Answer(DatabaseStatistics statistics)
    {
        var tables = statistics.Tables.Select(static table => new TableEntry(table.Name, table.Rows)).ToList();
        return new StatsAnswer(
            statistics.Path,
            statistics.Space.DatabaseBytes,
            statistics.Space.WalBytes,
            statistics.FreePageBytes,
            statistics.Space.FreeBytes,
            statistics.Space.DiskBytes,
            tables.Find(static table => table.Table == "messages")!.Rows - statistics.WipedMessages,
            statistics.WipedMessages,
            Entry(statistics.Oldest),
            Entry(statistics.Newest),
            statistics.LastMessageId,
            statistics.ToReplay,
            statistics.SuspendedAccounts,
            statistics.DeletedAccounts,
            statistics.PendingErasures,
            statistics.Pending,
            [.. statistics.MostPending.Select(static pending => new PendingEntry(pending.Username, pending.Messages))],
            tables);
    }

    private static MessageEntry? Entry(MessageTime? message) =>
        message is { } known ? new MessageEntry(known.Id, ContractValues.Time(known.CreatedAt)) : null;

    private static string Describe(StatsAnswer answer) =>
        $"""
        database  {answer.Database}
        size      {FigureText.Size(answer.DatabaseBytes)}, of which {FigureText.Size(answer.FreePageBytes)} are free for new rows
        log       {FigureText.Size(answer.WalBytes)} of write-ahead log; {answer.MessagesToReplay} messages to replay after a crash
        disk      {FigureText.Size(answer.DiskFreeBytes)} free of {FigureText.Size(answer.DiskBytes)}
        messages  {answer.Messages}, and {answer.WipedMessages} emptied; last id {answer.LastMessageId}
        oldest    {Describe(answer.Oldest)}
        newest    {Describe(answer.Newest)}
        accounts  {answer.SuspendedAccounts} suspended, {answer.DeletedAccounts} deleted, {answer.PendingErasures} being erased
        waiting   {answer.PendingMessages}

        {TextTable.Format(["TABLE", "ROWS"], answer.Tables.Select(static table => new[] { table.Table, FigureText.Number(table.Rows) }))}
        """
        + (answer.MostPending is [] ? "" : "\n" + TextTable.Format(
            ["USER", "WAITING"], answer.MostPending.Select(static pending => new[] { pending.User, FigureText.Number(pending.Messages) })));

    private static string Describe(MessageEntry? message) =>
        message is null ? "-" : $"{message.Id} of {FigureText.Time(message.CreatedAt)} UTC";
}

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
