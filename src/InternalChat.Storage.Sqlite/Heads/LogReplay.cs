using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Heads;

/// <summary>
/// Brings the heads up to the log's end at the start: reads the messages after the one up to which the tables are true, which after an
/// orderly end are none, and after a crash at most a few hundred thousand.
/// </summary>
internal static class LogReplay
{
    /// <returns>How many messages were replayed.</returns>
    public static long Run(SqliteConnection connection, long headsThrough, HeadCache heads, DirtySet dirty)
    {
        using var tail = new PreparedStatement(connection, HeadSql.ReplayTail);
        tail.Bind(1, headsThrough);
        var count = 0L;
        while (tail.Step())
        {
            var (id, sender, recipient) = (tail.Int64(0), tail.Int64(1), tail.Int64(2));
            count++;
            // Of a wiped message nothing is left but, perhaps, a place in its recipient's mailbox.
            if (sender > 0)
            {
                var since = tail.Int64(3) == 0 ? Writers.SinceFirst : Writers.None;
                var writers = ConversationWriters.Of(sender, recipient) | since;
                Move(Math.Min(sender, recipient), Math.Max(sender, recipient), id, writers);
            }

            if (recipient > 0)
                Move(0, recipient, id, Writers.None);
        }

        tail.Reset();
        return count;

        void Move(long low, long high, long id, Writers writers)
        {
            var slot = heads.Find(low, high);
            heads.Replay(slot >= 0 ? slot : heads.Add(low, high, id, delivered: null), id, writers, dirty);
        }
    }
}
