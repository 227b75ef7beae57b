using InternalChat.Storage.Sqlite.Sql;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Accounts;

/// <summary>Usernames by account, in UTF-8, on one connection; the names asked for lately are remembered. One thread at a time.</summary>
internal sealed class AccountNames(SqliteConnection connection, int cachedNames) : IDisposable
{
    private readonly GenerationalCache<long, byte[]> _known = new(cachedNames);
    private readonly PreparedStatement _username = new(connection, AccountSql.Username);

    /// <returns>Empty where the account is gone, which is not remembered.</returns>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public byte[] Find(long accountId)
    {
        if (_known.TryGet(accountId, out var name))
            return name;

        try
        {
            if (!_username.Bind(1, accountId).Step())
                return [];
            name = _username.Bytes(0).ToArray();
            _known.Set(accountId, name);
            return name;
        }
        finally
        {
            _username.Reset();
        }
    }

    public void Dispose() => _username.Dispose();
}
