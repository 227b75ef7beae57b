using Dapper;
using InternalChat.Storage.Files;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage;

/// <summary>Accounts on one connection, the writer's or a reader's. Throws what SQLite throws; its callers translate.</summary>
internal sealed class AccountStore(SqliteConnection connection)
{
    public Account? Find(string username) => connection.QueryFirstOrDefault<AccountRow>(Sql.FindAccount, new { username })?.ToAccount();

    public Credentials? FindCredentials(string username) =>
        connection.QueryFirstOrDefault<CredentialsRow>(Sql.FindCredentials, new { username })?.ToCredentials();

    public Account? Create(string username, string passwordHash, long createdAt) =>
        connection.QueryFirstOrDefault<long?>(Sql.CreateAccount, new { username, passwordHash, createdAt }) is { } id
            ? new Account(id, username)
            : null;

    /// <returns>Whether there is such an account.</returns>
    public bool SetPasswordHash(long accountId, string passwordHash) =>
        connection.Execute(Sql.SetPasswordHash, new { accountId, passwordHash }) > 0;

    public IReadOnlyList<string> ListUsernames(string after, int count) =>
        [.. connection.Query<string>(Sql.ListUsernames, new { after, count })];

    public IReadOnlyList<long> ListContacts(long accountId) => [.. connection.Query<long>(Sql.ListContacts, new { accountId })];
}

/// <summary>A row as the mapper fills it.</summary>
internal sealed class AccountRow
{
    public long Id { get; set; }

    public string Username { get; set; } = "";

    public Account ToAccount() => new(Id, Username);
}

/// <summary>A row as the mapper fills it.</summary>
internal sealed class CredentialsRow
{
    public long Id { get; set; }

    public string Username { get; set; } = "";

    public string PasswordHash { get; set; } = "";

    public Credentials ToCredentials() => new(Id, Username, PasswordHash);
}

/// <summary>The log's position as the file knows it.</summary>
internal sealed class StateRow
{
    public long LastMessageId { get; set; }

    public long HeadsThrough { get; set; }
}
