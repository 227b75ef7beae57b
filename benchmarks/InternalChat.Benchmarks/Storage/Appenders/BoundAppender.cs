using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Wal;
using InternalChat.Storage.Sqlite.Writing;
using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage.Appenders;

/// <summary>The product's statement, bound through the connection's own SQLite handle, and nothing else of the product.</summary>
internal sealed class BoundAppender : IAppender
{
    private readonly SqliteConnection _connection;
    private readonly WriteTransaction _transaction;
    private readonly PreparedStatement _append;

    public BoundAppender(string path)
    {
        _connection = Rivals.OpenWriter(path);
        _transaction = new WriteTransaction(_connection, new StorageMetrics(), TimeProvider.System);
        _append = new PreparedStatement(_connection, WritingSql.Append);
    }

    public void Append(AppendedRow[] batch)
    {
        _transaction.BeginUnlessOpen();
        foreach (var row in batch)
            LogBuilder.Append(_append, row);
        _transaction.Commit();
    }

    public void Dispose()
    {
        _append.Dispose();
        _transaction.Dispose();
        _connection.Dispose();
    }
}
