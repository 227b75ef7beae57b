using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage;

internal static class LegacyUpgrade
{
    public static bool IsLegacy(SqliteConnection connection) => connection.QuerySingle<long>("SELECT 0") == 1;

    public static void Run(SqliteConnection connection, string path, TimeProvider time, ILogger logger) => throw new NotImplementedException();
}
