using Dapper;
using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage.Appenders;

/// <summary>The same call, written out at compile time by Dapper.AOT.</summary>
internal sealed class DapperAotAppender(string path) : IAppender
{
    private readonly SqliteConnection _connection = Rivals.OpenWriter(path);

    [DapperAot]
    public void Append(AppendedRow[] batch)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        _connection.Execute(RivalSql.Append, batch, transaction);
        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();
}
