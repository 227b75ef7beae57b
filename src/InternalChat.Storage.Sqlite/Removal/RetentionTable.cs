using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>Where <see cref="RetentionState"/> is kept in the file. The writer's thread only.</summary>
internal sealed class RetentionTable(SqliteConnection connection) : IDisposable
{
    private readonly PreparedStatement _save = new(connection, RemovalSql.SaveRetention);

    public RetentionState Read()
    {
        using var read = new PreparedStatement(connection, RemovalSql.ReadRetention);
        return read.Step()
            ? new RetentionState(
                read.Int64OrNull(0), read.Int64OrNull(1), read.Int64OrNull(2),
                TimeSpan.FromSeconds(read.Int64(3)), TimeSpan.FromSeconds(read.Int64(4)))
            : RetentionState.None;
    }

    /// <summary>Writes it within the transaction that is open.</summary>
    public void Save(RetentionState state) => _save
        .Bind(1, state.Permitted).Bind(2, state.Completed).Bind(3, state.WaitsFor)
        .Bind(4, (long)state.Waited.TotalSeconds).Bind(5, (long)state.Behind.TotalSeconds).Execute();

    public void Dispose() => _save.Dispose();
}
