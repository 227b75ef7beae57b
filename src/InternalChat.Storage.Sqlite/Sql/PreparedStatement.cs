using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InternalChat.Storage.Sqlite.Sql;

/// <summary>
/// One statement compiled once and bound through the connection's own SQLite handle: the hot paths use it because a
/// <see cref="SqliteCommand"/> costs more than twice as much a row and allocates. Used by one thread at a time.
/// Failures throw <see cref="StorageException"/>, with the statement reset.
/// </summary>
internal sealed class PreparedStatement : IDisposable
{
    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    public PreparedStatement(SqliteConnection connection, string sql)
    {
        _connection = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        if (raw.sqlite3_prepare_v3(_connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement) != raw.SQLITE_OK)
            throw SqliteFailure.Last(_connection);
    }

    public PreparedStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    public PreparedStatement Bind(int parameter, long? value)
    {
        Check(value is { } known ? raw.sqlite3_bind_int64(_statement, parameter, known) : raw.sqlite3_bind_null(_statement, parameter));
        return this;
    }

    /// <summary>Binds a TEXT value from its UTF-8 bytes, which SQLite copies.</summary>
    public PreparedStatement Bind(int parameter, ReadOnlySpan<byte> utf8)
    {
        // The address of an empty span is null, which SQLite would take for NULL.
        Check(utf8.IsEmpty ? raw.sqlite3_bind_text(_statement, parameter, "") : raw.sqlite3_bind_text(_statement, parameter, utf8));
        return this;
    }

    /// <summary>Moves to the next row; false at the end. <see cref="Reset"/> must follow.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result == raw.SQLITE_ROW)
            return true;
        if (result == raw.SQLITE_DONE)
            return false;

        var failure = SqliteFailure.Last(_connection);
        Reset();
        throw failure;
    }

    /// <summary>Runs a statement that returns no rows that matter.</summary>
    public void Execute()
    {
        Step();
        Reset();
    }

    /// <summary>Ends the statement's run and with it its read transaction. Its result was already reported by <see cref="Step"/>.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long? Int64OrNull(int column) => IsNull(column) ? null : Int64(column);

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    /// <summary>A TEXT or BLOB value as it lies in the page, valid until the next <see cref="Step"/> or <see cref="Reset"/>.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            throw SqliteFailure.Last(_connection);
    }
}
