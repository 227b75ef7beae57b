using System.CommandLine;
using InternalChat.Server.Administration.Contract;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Server.CommandLine.Database;

/// <summary><c>db stats</c>: what is in the database and how much room it takes.</summary>
internal static class StatsCommand
{
    public static Command Create(ChosenDatabase database)
    {
        var command = new Command("stats", "What is in the database, how much room it takes, and for whom messages wait");
        command.SetAction(parsed =>
        {
            BackgroundPriority.Take();
            var (path, lowDiskBytes) = (database.Path(parsed), database.LowDiskBytes(parsed));
            var statistics = Interruption.Allow(cancellation => DatabaseStatistics.Read(path, lowDiskBytes, cancellation));
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
        message is { } known ? new MessageEntry(known.Id, Words.Time(known.CreatedAt)) : null;

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
