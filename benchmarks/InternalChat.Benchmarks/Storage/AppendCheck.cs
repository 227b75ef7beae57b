using Dapper;
using InternalChat.Benchmarks.Protocol;

namespace InternalChat.Benchmarks.Storage;

/// <summary>Compares the end of a log with what was to be appended.</summary>
internal static class AppendCheck
{
    public static void LastRows(string path, IReadOnlyList<AppendedRow> expected)
    {
        using var connection = Rivals.OpenReader(path);
        var rows = connection.Query<AppendedRow>(
            """
            SELECT id, sender_id AS SenderId, recipient_id AS RecipientId, created_at AS CreatedAt,
                previous_in_conversation AS PreviousInConversation, previous_in_mailbox AS PreviousInMailbox, body
            FROM messages WHERE id >= @Id AND typeof(body) = 'text' ORDER BY id
            """,
            new { expected[0].Id }).AsList();
        Checked.Equal(expected.Count, rows.Count);
        foreach (var (appended, row) in expected.Zip(rows))
        {
            Checked.Equal(appended.Id, row.Id);
            Checked.Equal((appended.SenderId, appended.RecipientId), (row.SenderId, row.RecipientId));
            Checked.Equal(appended.PreviousInConversation, row.PreviousInConversation);
            Checked.Equal(appended.PreviousInMailbox, row.PreviousInMailbox);
            Checked.Equal((appended.CreatedAt, appended.Body), (row.CreatedAt, row.Body));
        }
    }
}
