using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Wal;

/// <summary>A read transaction on a reader's connection: all that is read between its two ends is of one moment.</summary>
internal sealed class ReadTransaction(SqliteConnection connection, ReaderGate gate) : IDisposable
{
    private readonly PreparedStatement _begin = new(connection, TransactionSql.BeginRead);
    private readonly PreparedStatement _end = new(connection, TransactionSql.Rollback);

    /// <exception cref="StorageException">Not begun.</exception>
    public void Begin()
    {
        gate.Enter();
        try
        {
            _begin.Execute();
        }
        catch
        {
            gate.Exit();
            throw;
        }
    }

    public void End()
    {
        try
        {
            _end.Execute();
        }
        catch (StorageException)
        {
            // SQLite has already ended it, because of a failure that is on its way to the caller.
        }

        gate.Exit();
    }

    public void Dispose()
    {
        _begin.Dispose();
        _end.Dispose();
    }
}
