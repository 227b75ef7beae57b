namespace InternalChat.Storage.Sqlite.Maintenance.Checks;

/// <summary>The SQL of the checks. A query of <see cref="TableCheck"/> returns what is wrong, a row and a sentence each.</summary>
internal static class CheckSql
{
    public const string Integrity = "PRAGMA integrity_check(100)";

    public const string HeadsThrough = "SELECT coalesce(max(heads_through), 0) FROM state";
    public const string UnlinkedThrough = "SELECT coalesce(max(unlinked_through), 0) FROM state";
    public const string Accounts = "SELECT id FROM users";
    public const string Erasures = "SELECT user_id FROM erasures";
    public const string FindMessage = "SELECT sender_id, recipient_id FROM messages WHERE id = ?1";
    public const string FindContact = "SELECT 1 FROM contacts WHERE user_id = ?1 AND contact_id = ?2";
    public const string Conversations = "SELECT low_user_id, high_user_id, last_message_id FROM conversations";
    public const string Mailboxes = "SELECT user_id, last_message_id, delivered_through FROM mailboxes";

    /// <summary>The last column: whether a wiped message has anything but zeros for a body.</summary>
    public const string Messages = """
        SELECT id, sender_id, recipient_id, previous_in_conversation, previous_in_mailbox,
            CASE WHEN sender_id > 0 THEN 0 ELSE trim(hex(body), '0') <> '' END
        FROM messages ORDER BY id
        """;

    public const string StateIsOneRow = """
        SELECT 'state: has ' || count(*) || ' rows instead of one' FROM state HAVING count(*) <> 1
        """;

    public const string AccountIdsAreCounted = """
        SELECT 'users: account ' || max(id) || ' is newer than the counter of ids' FROM users
        HAVING max(id) > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'users'), 0)
        """;

    public const string AccountsAreSound = """
        SELECT 'account ' || id || ': has no name, or a status of ' || status FROM users WHERE username = '' OR status NOT BETWEEN 0 AND 2
        """;

    public const string ContactsAreMutual = """
        SELECT 'contacts: ' || c.user_id || ' has ' || c.contact_id || ', but not the other way round' FROM contacts c
        WHERE NOT EXISTS (SELECT 1 FROM contacts d WHERE d.user_id = c.contact_id AND d.contact_id = c.user_id)
        """;

    public const string ContactsHaveAccounts = """
        SELECT 'contacts: ' || user_id || ' has ' || contact_id || ', and there is no such account' FROM contacts
        WHERE contact_id NOT IN (SELECT id FROM users) OR user_id NOT IN (SELECT id FROM users)
        """;

    public const string BlocksHaveAccounts = """
        SELECT 'blocks: ' || blocker_id || ' blocks ' || blocked_id || ', and these are not two accounts' FROM blocks
        WHERE blocked_id NOT IN (SELECT id FROM users) OR blocker_id NOT IN (SELECT id FROM users) OR blocked_id = blocker_id
        """;

    public const string ReceiptsHaveMessages = """
        SELECT 'receipts: message ' || r.message_id || ' was read, but there is no such message' FROM receipts r
        LEFT JOIN messages m ON m.id = r.message_id WHERE m.id IS NULL OR m.sender_id <= 0
        """;
}
