using Dapper;
using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage.Appenders;

/// <summary>Dapper, given a list of parameter objects.</summary>
internal sealed class DapperListAppender(string path) : IAppender
{
    private readonly SqliteConnection _connection = Rivals.OpenWriter(path);

    public void Append(AppendedRow[] batch)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        _connection.Execute(RivalSql.Append, batch, transaction);
        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();
}
