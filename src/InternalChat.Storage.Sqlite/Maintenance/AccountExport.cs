using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using InternalChat.Storage.Sqlite.Accounts;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Maintenance;

/// <summary>
/// Writes everything about a person as JSON: account without the password hash, contacts, whom the person blocks, and all messages sent and
/// received in the order of their ids. Who blocks the person is not in it: that is what those people said, in confidence, about themselves.
/// </summary>
/// <remarks>
/// Goes through the whole log, in short reads, and writes to the output between them: an output that is slow keeps nothing of the file in
/// use, and memory holds what <see cref="IdsAtOnce"/> messages can be. Times are Unix seconds.
/// </remarks>
internal sealed class AccountExport : IDisposable
{
    private const int IdsAtOnce = 512;
    private const int PeopleAtOnce = 256;

    private static readonly JsonWriterOptions Format = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SqliteConnection _connection;
    private readonly AccountStore _accounts;
    private readonly AccountNames _names;

    public AccountExport(SqliteConnection connection, int cachedNames)
    {
        _connection = connection;
        _accounts = new AccountStore(connection);
        _names = new AccountNames(connection, cachedNames);
    }

    /// <returns>Whether there is such an account; otherwise nothing was written.</returns>
    public bool Write(string username, Stream output, long exportedAt, CancellationToken cancellation)
    {
        if (_accounts.FindDetails(username) is not { } account)
            return false;

        using var json = new Utf8JsonWriter(output, Format);
        json.WriteStartObject();
        json.WriteNumber("exported_at"u8, exportedAt);
        WriteAccount(json, account);
        WritePeople(json, "contacts"u8, MaintenanceSql.ContactsPage, account.Id, hasTime: false, cancellation);
        WritePeople(json, "blocks"u8, MaintenanceSql.BlockedPage, account.Id, hasTime: true, cancellation);
        WriteMessages(json, account.Id, cancellation);
        json.WriteEndObject();
        json.Flush();
        return true;
    }

    public void Dispose()
    {
        _names.Dispose();
        _connection.Dispose();
    }

    private static void WriteAccount(Utf8JsonWriter json, AccountDetails account)
    {
        json.WriteStartObject("account"u8);
        json.WriteString("username"u8, account.Username);
        json.WriteNumber("created_at"u8, account.CreatedAt);
        json.WriteString("status"u8, account.Status switch
        {
            AccountStatus.Active => "active"u8,
            AccountStatus.Suspended => "suspended"u8,
            _ => "deleted"u8,
        });
        json.WriteEndObject();
    }

    private void WritePeople(
        Utf8JsonWriter json, ReadOnlySpan<byte> name, string sql, long accountId, bool hasTime, CancellationToken cancellation)
    {
        json.WriteStartArray(name);
        using var page = new PreparedStatement(_connection, sql);
        var (last, count) = (0L, PeopleAtOnce);
        while (count == PeopleAtOnce)
        {
            count = 0;
            page.Bind(1, accountId).Bind(2, last).Bind(3, PeopleAtOnce);
            for (; page.Step(); count++)
            {
                last = page.Int64(0);
                json.WriteStartObject();
                WriteText(json, "username"u8, _names.Find(last));
                if (hasTime)
                    json.WriteNumber("created_at"u8, page.Int64(1));
                json.WriteEndObject();
            }

            page.Reset();
            Flush(json, cancellation);
        }

        json.WriteEndArray();
    }

    private void WriteMessages(Utf8JsonWriter json, long accountId, CancellationToken cancellation)
    {
        json.WriteStartArray("messages"u8);
        using var messages = new PreparedStatement(_connection, MaintenanceSql.ExportedMessages);
        var last = LargestMessageId();
        for (var through = 0L; through < last;)
        {
            var after = through;
            through = Math.Min(through + IdsAtOnce, last);
            messages.Bind(1, after).Bind(2, through).Bind(3, accountId);
            while (messages.Step())
                WriteMessage(json, messages, accountId);
            messages.Reset();
            Flush(json, cancellation);
        }

        json.WriteEndArray();
    }

    private void WriteMessage(Utf8JsonWriter json, PreparedStatement row, long accountId)
    {
        var (sender, recipient) = (row.Int64(1), row.Int64(2));
        json.WriteStartObject();
        json.WriteNumber("id"u8, row.Int64(0));
        json.WriteString("direction"u8, sender == accountId ? "sent"u8 : "received"u8);
        WriteText(json, "peer"u8, _names.Find(sender == accountId ? recipient : sender));
        json.WriteNumber("created_at"u8, row.Int64(3));
        if (row.IsNull(4))
            json.WriteNull("read_at"u8);
        else
            json.WriteNumber("read_at"u8, row.Int64(4));
        WriteText(json, "body"u8, row.Bytes(5));
        json.WriteEndObject();
    }

    /// <summary>The original's texts were not checked: what is not UTF-8 in one is replaced.</summary>
    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> utf8)
    {
        if (Utf8.IsValid(utf8))
            json.WriteString(name, utf8);
        else
            json.WriteString(name, Encoding.UTF8.GetString(utf8));
    }

    private static void Flush(Utf8JsonWriter json, CancellationToken cancellation)
    {
        json.Flush();
        cancellation.ThrowIfCancellationRequested();
    }

    private long LargestMessageId()
    {
        using var largest = new PreparedStatement(_connection, MaintenanceSql.LargestMessageId);
        return largest.Step() ? largest.Int64(0) : 0;
    }
}
