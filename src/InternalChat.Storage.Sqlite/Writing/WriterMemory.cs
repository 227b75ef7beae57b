using System.Diagnostics;
using Dapper;
using InternalChat.Storage.Sqlite.Accounts;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Options;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Writing;

/// <summary>
/// What the writer keeps in memory of the file: where the log ends, heads and what of them waits to be written, receipts, block lists. What
/// a batch changes is kept apart until the file has it: each part knows how to commit and how to roll back, and this is the one place that
/// calls them. The writer's thread only.
/// </summary>
internal sealed class WriterMemory : IDisposable
{
    private readonly List<int> _emptied = [];

    /// <summary>Reads what is needed from the start, and replays the log's tail.</summary>
    public WriterMemory(SqliteConnection connection, DatabaseOptions options, TimeProvider time)
    {
        var state = ReadState(connection);
        LastMessageId = LastAppended = state.LastMessageId;
        Heads = new HeadCache(options.CleanHeads);
        WriteBehind = new WriteBehind(connection, Heads, time, state.HeadsThrough, LargestAccountId(connection));
        Replayed = LogReplay.Run(connection, state.HeadsThrough, Heads, WriteBehind.DirtyHeads);
        Receipts = new Receipts(connection, options.RecentMessages);
        Blocks = new BlockLists(connection, options.CachedBlockLists);
        KnownNetworks = new KnownNetworks(connection, time);
    }

    /// <summary>How many messages were replayed at the start.</summary>
    public long Replayed { get; }

    /// <summary>The last committed message.</summary>
    public long LastMessageId { get; private set; }

    /// <summary>The last message of the open batch; the last committed one where it has none.</summary>
    public long LastAppended { get; set; }

    public HeadCache Heads { get; }

    public WriteBehind WriteBehind { get; }

    public Receipts Receipts { get; }

    public BlockLists Blocks { get; }

    public KnownNetworks KnownNetworks { get; }

    /// <summary>Has nothing wait in a mailbox any more, once the file has the batch.</summary>
    public void Empty(int mailbox)
    {
        // Where no message ever came nothing waits. Otherwise the head is moved to where it is, so that the slot stays the mailbox's.
        if (Heads.Newest(mailbox) is not (> 0 and var newest))
            return;
        Heads.Move(mailbox, newest);
        _emptied.Add(mailbox);
    }

    /// <summary>The file has the batch.</summary>
    public void Commit()
    {
        Debug.Assert(LastAppended >= LastMessageId, "Ids only grow.");
        WriteBehind.HeadsCommitted(rows: LastAppended - LastMessageId);
        foreach (var mailbox in _emptied)
        {
            Heads.SetDelivered(mailbox, Heads.Committed(mailbox));
            WriteBehind.MarkDelivered(mailbox);
        }

        _emptied.Clear();
        Receipts.Recent.Commit();
        Blocks.Commit();
        LastMessageId = LastAppended;
    }

    /// <summary>The file does not have the batch, and never will.</summary>
    public void Rollback()
    {
        _emptied.Clear();
        Heads.Rollback();
        Receipts.Recent.Rollback(LastMessageId, LastAppended);
        Blocks.Rollback();
        LastAppended = LastMessageId;
    }

    public void Dispose()
    {
        KnownNetworks.Dispose();
        Receipts.Dispose();
        Blocks.Dispose();
        WriteBehind.Dispose();
    }

    // In methods of their own: Dapper.AOT does not see a call in a constructor, which a native program could not make.
    private static StateRow ReadState(SqliteConnection connection) => connection.QuerySingle<StateRow>(WritingSql.ReadState);

    private static long LargestAccountId(SqliteConnection connection) => connection.QuerySingle<long>(WritingSql.LargestAccountId);
}

/// <summary>The log's position as the file knows it.</summary>
internal sealed class StateRow
{
    public long LastMessageId { get; set; }

    public long HeadsThrough { get; set; }
}
