using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>
/// Overwrites messages in their place, removes their receipts and has <paramref name="forget"/> drop them from memory. Within a slice; the
/// writer's thread only.
/// </summary>
/// <param name="connection">The writer's.</param>
/// <param name="forget">Takes the id of each wiped message.</param>
/// <remarks>
/// SQLite writes a record of exactly the old one's size over it and moves no other row. So the body is replaced by as many zeros, and an
/// account's id by a number that is not positive and as wide in the record: https://www.sqlite.org/fileformat.html#record_format
/// </remarks>
internal sealed class MessageWipe(SqliteConnection connection, Action<long> forget) : IDisposable
{
    private readonly PreparedStatement _message = new(connection, RemovalSql.WipeMessage);
    private readonly PreparedStatement _receipt = new(connection, RemovalSql.DeleteReceipt);

    /// <summary>Wipes one message.</summary>
    /// <param name="messageId">A committed message.</param>
    /// <param name="senderId">Its sender; not positive where it was wiped before.</param>
    /// <param name="recipientId">Its recipient.</param>
    /// <param name="leavesMailbox">Whether nothing needs to lead through it to older messages of the recipient.</param>
    public void Wipe(long messageId, long senderId, long recipientId, bool leavesMailbox)
    {
        _message.Bind(1, messageId).Bind(2, NobodyAsWideAs(senderId))
            .Bind(3, leavesMailbox ? NobodyAsWideAs(recipientId) : recipientId).Execute();
        _receipt.Bind(1, messageId).Execute();
        // Forgotten even where the slice is rolled back: then it is looked up in the file.
        forget(messageId);
    }

    public void Dispose()
    {
        _message.Dispose();
        _receipt.Dispose();
    }

    private static long NobodyAsWideAs(long accountId) => accountId switch
    {
        <= 0 => accountId,
        // Takes no byte at all, as 0.
        1 => 0,
        <= sbyte.MaxValue => sbyte.MinValue,
        <= short.MaxValue => short.MinValue,
        <= (1 << 23) - 1 => -(1 << 23),
        <= int.MaxValue => int.MinValue,
        <= (1L << 47) - 1 => -(1L << 47),
        _ => long.MinValue,
    };
}
