using System.Runtime.InteropServices;
using InternalChat.Storage.Sqlite.Accounts;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Opening;
using InternalChat.Storage.Sqlite.Sql;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>Counts what <see cref="DatabaseStatistics"/> holds. Memory grows with the accounts that have something waiting.</summary>
internal sealed class StatisticsReader(DatabaseSnapshot snapshot)
{
    private const int MostPendingShown = 10;

    private static readonly string[] Tables = ["users", "messages", "receipts", "mailboxes", "conversations", "contacts", "blocks"];

    public DatabaseStatistics Read(string path)
    {
        var pending = CountPending();
        return new DatabaseStatistics
        {
            Path = path,
            Space = StorageSpace.Measure(path),
            FreePageBytes = Number(StatisticsSql.FreePageBytes),
            Tables =
            [
                .. Tables.Select(name => new TableRows(name, Number(StatisticsSql.CountRows + name)))
                    .OrderByDescending(table => table.Rows),
            ],
            WipedMessages = Number(StatisticsSql.WipedMessages),
            Oldest = Message(StatisticsSql.Oldest),
            Newest = Message(StatisticsSql.Newest),
            LastMessageId = snapshot.LastMessageId,
            ToReplay = Number(StatisticsSql.ToReplay),
            SuspendedAccounts = Number(StatisticsSql.SuspendedAccounts),
            DeletedAccounts = Number(StatisticsSql.DeletedAccounts),
            PendingErasures = Number(StatisticsSql.PendingErasures),
            Pending = pending.Sum(static entry => entry.Value),
            MostPending =
            [
                .. pending.OrderByDescending(static entry => entry.Value).ThenBy(static entry => entry.Key).Take(MostPendingShown)
                    .Select(entry => new PendingMessages(Username(entry.Key), entry.Value)),
            ],
        };
    }

    /// <summary>Walks back from the head of each mailbox to its mark.</summary>
    private Dictionary<long, long> CountPending()
    {
        var mailboxes = ReadMailboxes();
        var pending = new Dictionary<long, long>();
        using var previous = new PreparedStatement(snapshot.Connection, StatisticsSql.PreviousInMailbox);
        foreach (var (accountId, mailbox) in mailboxes)
        {
            var count = 0L;
            for (var next = mailbox.LastMessageId; next > mailbox.DeliveredThrough && previous.Bind(1, next).Step(); previous.Reset())
            {
                count += previous.Int64(1) > 0 ? 1 : 0;
                next = ChainReader.Back(previous.Int64(0), next);
            }

            previous.Reset();
            if (count > 0)
                pending[accountId] = count;
        }

        return pending;
    }

    /// <summary>What the tables know and what the log has beyond.</summary>
    private Dictionary<long, Mailbox> ReadMailboxes()
    {
        var mailboxes = new Dictionary<long, Mailbox>();
        using (var table = new PreparedStatement(snapshot.Connection, StatisticsSql.Mailboxes))
        {
            while (table.Step())
                mailboxes[table.Int64(0)] = new Mailbox(table.Int64(1), table.Int64(2));
        }

        using var tail = new PreparedStatement(snapshot.Connection, StatisticsSql.TailRecipients);
        while (tail.Step())
        {
            ref var mailbox = ref CollectionsMarshal.GetValueRefOrAddDefault(mailboxes, tail.Int64(1), out _);
            mailbox = mailbox with { LastMessageId = tail.Int64(0) };
        }

        return mailboxes;
    }

    private MessageTime? Message(string sql)
    {
        using var statement = new PreparedStatement(snapshot.Connection, sql);
        return statement.Step() ? new MessageTime(statement.Int64(0), statement.Int64(1)) : null;
    }

    private string Username(long accountId)
    {
        using var statement = new PreparedStatement(snapshot.Connection, AccountSql.Username);
        return statement.Bind(1, accountId).Step() ? statement.Text(0) : "";
    }

    private long Number(string sql)
    {
        using var statement = new PreparedStatement(snapshot.Connection, sql);
        return statement.Step() ? statement.Int64(0) : 0;
    }
}
