using Microsoft.Data.Sqlite;

namespace InternalChat.Benchmarks.Storage.Appenders;

/// <summary>A prepared <see cref="SqliteCommand"/> whose parameters are set for each row.</summary>
internal sealed class CommandAppender : IAppender
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _command;
    private readonly SqliteParameter _id;
    private readonly SqliteParameter _senderId;
    private readonly SqliteParameter _recipientId;
    private readonly SqliteParameter _createdAt;
    private readonly SqliteParameter _previousInConversation;
    private readonly SqliteParameter _previousInMailbox;
    private readonly SqliteParameter _body;

    public CommandAppender(string path)
    {
        _connection = Rivals.OpenWriter(path);
        _command = _connection.CreateCommand();
        _command.CommandText = RivalSql.Append;
        _id = _command.Parameters.Add("@Id", SqliteType.Integer);
        _senderId = _command.Parameters.Add("@SenderId", SqliteType.Integer);
        _recipientId = _command.Parameters.Add("@RecipientId", SqliteType.Integer);
        _createdAt = _command.Parameters.Add("@CreatedAt", SqliteType.Integer);
        _previousInConversation = _command.Parameters.Add("@PreviousInConversation", SqliteType.Integer);
        _previousInMailbox = _command.Parameters.Add("@PreviousInMailbox", SqliteType.Integer);
        _body = _command.Parameters.Add("@Body", SqliteType.Text);
        _command.Prepare();
    }

    public void Append(AppendedRow[] batch)
    {
        using var transaction = _connection.BeginTransaction(deferred: false);
        _command.Transaction = transaction;
        foreach (var row in batch)
        {
            _id.Value = row.Id;
            _senderId.Value = row.SenderId;
            _recipientId.Value = row.RecipientId;
            _createdAt.Value = row.CreatedAt;
            _previousInConversation.Value = row.PreviousInConversation;
            _previousInMailbox.Value = row.PreviousInMailbox;
            _body.Value = row.Body;
            _command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public void Dispose()
    {
        _command.Dispose();
        _connection.Dispose();
    }
}
