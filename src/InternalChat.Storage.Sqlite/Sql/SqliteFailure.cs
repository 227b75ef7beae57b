using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Sql;

/// <summary>Turns what SQLite reports into this project's own exceptions, so that none of the library's leaves it.</summary>
internal static class SqliteFailure
{
    public static StorageException Last(sqlite3 connection) =>
        new($"{raw.sqlite3_errmsg(connection).utf8_to_string()} (SQLite code {raw.sqlite3_extended_errcode(connection)})");

    /// <summary>Of a result code that belongs to no connection's last call.</summary>
    public static StorageException Of(int result) => new($"{raw.sqlite3_errstr(result).utf8_to_string()} (SQLite code {result})");

    public static StorageException From(Exception failure) =>
        failure switch
        {
            StorageException known => known,
            SqliteException sqlite => new StorageException($"{sqlite.Message} (SQLite code {sqlite.SqliteExtendedErrorCode})", sqlite),
            _ => new StorageException(failure.Message, failure),
        };

    public static bool Is(Exception failure) => failure is StorageException or SqliteException;
}
