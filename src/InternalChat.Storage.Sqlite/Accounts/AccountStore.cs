using Dapper;
using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Accounts;

/// <summary>Looks accounts up on one connection, the writer's or a reader's. Throws what SQLite throws; its callers translate.</summary>
internal sealed class AccountStore(SqliteConnection connection)
{
    public Account? Find(string username) =>
        connection.QueryFirstOrDefault<AccountRow>(AccountSql.FindAccount, new { username })?.ToAccount();

    public Credentials? FindCredentials(string username) =>
        connection.QueryFirstOrDefault<CredentialsRow>(AccountSql.FindCredentials, new { username })?.ToCredentials();

    /// <returns>Unix seconds; null if the account is not known to have logged in from there.</returns>
    public long? FindNetwork(long accountId, long mark) =>
        connection.QueryFirstOrDefault<long?>(AccountSql.FindNetwork, new { accountId, mark });

    public byte[] NetworkKey()
    {
        using var read = new PreparedStatement(connection, AccountSql.NetworkKey);
        return read.Step() ? read.Bytes(0).ToArray() : [];
    }

    public HashNumbersRow LargestHashNumber(string prefix, long after, int count) =>
        connection.QuerySingle<HashNumbersRow>(AccountSql.LargestHashNumber, new { prefix, after, count });

    public bool IsErasurePending(long accountId) => connection.QuerySingle<long>(AccountSql.IsErasurePending, new { accountId }) != 0;

    public IReadOnlyList<string> ListUsernames(string after, int count) =>
        [.. connection.Query<string>(AccountSql.ListUsernames, new { after, count })];

    public AccountDetails? FindDetails(string username) =>
        connection.QueryFirstOrDefault<AccountDetailsRow>(AccountSql.FindAccountDetails, new { username })?.ToDetails();

    public IReadOnlyList<AccountDetails> List(string after, int count) =>
        [.. connection.Query<AccountDetailsRow>(AccountSql.ListAccounts, new { after, count }).Select(static row => row.ToDetails())];

    public IReadOnlyList<long> ListContacts(long accountId, long after, int count) =>
        [.. connection.Query<long>(AccountSql.ListContacts, new { accountId, after, count })];

    public IReadOnlyList<long> ListBlocked(long blockerId, long after, int count) =>
        [.. connection.Query<long>(AccountSql.ListBlocked, new { blockerId, after, count })];

    public bool IsBlocked(long blockerId, long blockedId) =>
        connection.QuerySingle<long>(AccountSql.IsBlocked, new { blockerId, blockedId }) != 0;
}

/// <summary>A row as the mapper fills it.</summary>
internal sealed class AccountRow
{
    public long Id { get; set; }

    public string Username { get; set; } = "";

    public long Status { get; set; }

    public Account ToAccount() => new(Id, Username, (AccountStatus)Status);
}

/// <summary>A row as the mapper fills it.</summary>
internal sealed class CredentialsRow
{
    public long Id { get; set; }

    public string Username { get; set; } = "";

    public string PasswordHash { get; set; } = "";

    public long Status { get; set; }

    public Credentials ToCredentials() => new(Id, Username, PasswordHash, (AccountStatus)Status);
}

/// <summary>A row as the mapper fills it.</summary>
internal sealed class HashNumbersRow
{
    public long Largest { get; set; }

    public long LastAccount { get; set; }
}

/// <summary>A row as the mapper fills it.</summary>
internal sealed class AccountDetailsRow
{
    public long Id { get; set; }

    public string Username { get; set; } = "";

    public long CreatedAt { get; set; }

    public long Status { get; set; }

    public bool HasPassword { get; set; }

    public AccountDetails ToDetails() => new(Id, Username, CreatedAt, (AccountStatus)Status, HasPassword);
}
