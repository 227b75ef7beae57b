using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Heads;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using InternalChat.Storage.Sqlite.Writing;
using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage.Appenders;

/// <summary>
/// What the log would be without writing behind: each message also writes the heads of its conversation and mailbox, in its own
/// transaction. The predecessors come from memory for nothing.
/// </summary>
internal sealed class WriteThroughAppender : IAppender
{
    private readonly SqliteConnection _connection;
    private readonly WriteTransaction _transaction;
    private readonly PreparedStatement _append;
    private readonly PreparedStatement _writeConversation;
    private readonly PreparedStatement _writeMailbox;

    public WriteThroughAppender(string path)
    {
        _connection = Rivals.OpenWriter(path);
        _transaction = new WriteTransaction(_connection, new StorageMetrics(), TimeProvider.System);
        _append = new PreparedStatement(_connection, WritingSql.Append);
        _writeConversation = new PreparedStatement(_connection, HeadSql.WriteConversation);
        _writeMailbox = new PreparedStatement(_connection, HeadSql.WriteMailboxHead);
    }

    public void Append(AppendedRow[] batch)
    {
        _transaction.BeginUnlessOpen();
        foreach (var row in batch)
        {
            LogBuilder.Append(_append, row);
            var (low, high) = (Math.Min(row.SenderId, row.RecipientId), Math.Max(row.SenderId, row.RecipientId));
            _writeConversation.Bind(1, low).Bind(2, high).Bind(3, row.Id).Bind(4, 0).Execute();
            _writeMailbox.Bind(1, row.RecipientId).Bind(2, row.Id).Execute();
        }

        _transaction.Commit();
    }

    public void Dispose()
    {
        _append.Dispose();
        _writeConversation.Dispose();
        _writeMailbox.Dispose();
        _transaction.Dispose();
        _connection.Dispose();
    }
}
