using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Files;

/// <summary>The writer's transaction on the file. It knows nothing of what is kept in memory beside it.</summary>
internal sealed class WriteTransaction(SqliteConnection connection) : IDisposable
{
    private readonly PreparedStatement _begin = new(connection, Sql.Begin);
    private readonly PreparedStatement _commit = new(connection, Sql.Commit);
    private readonly PreparedStatement _rollback = new(connection, Sql.Rollback);

    public bool IsOpen { get; private set; }

    public void BeginUnlessOpen()
    {
        if (IsOpen)
            return;
        _begin.Execute();
        IsOpen = true;
    }

    /// <exception cref="StorageException">Not committed; <see cref="Rollback"/> must follow.</exception>
    public void Commit()
    {
        _commit.Execute();
        IsOpen = false;
    }

    public void Rollback()
    {
        try
        {
            _rollback.Execute();
        }
        catch (StorageException)
        {
            // SQLite has already rolled back by itself, as it does where the disk is full.
        }

        IsOpen = false;
    }

    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
    }
}
