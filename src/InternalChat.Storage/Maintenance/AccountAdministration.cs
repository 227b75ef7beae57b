using InternalChat.Storage.Accounts;
using InternalChat.Storage.Writing;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Maintenance;

/// <summary>What operators do to accounts, as part of the writer's batch.</summary>
internal sealed class AccountAdministration(SqliteConnection connection, WriteBatch batch, MessageLog log, Erasure erasure)
    : IAccountAdministration
{
    private readonly AccountStore _accounts = new(connection);

    public bool Suspend(long accountId) => SetStatus(accountId, AccountStatus.Suspended);

    public bool Reinstate(long accountId) => SetStatus(accountId, AccountStatus.Active);

    public bool Delete(long accountId)
    {
        if (!batch.Change((_accounts, accountId), static given => given._accounts.Delete(given.accountId)))
            return false;
        log.EmptyMailbox(accountId);
        log.ForgetNetworks(accountId);
        return true;
    }

    public bool BeginErasure(long accountId)
    {
        if (!batch.Change((_accounts, accountId), static given => given._accounts.OrderErasure(given.accountId)))
            return false;
        Delete(accountId);
        erasure.Ordered();
        return true;
    }

    private bool SetStatus(long accountId, AccountStatus status) =>
        batch.Change((_accounts, accountId, status), static given => given._accounts.SetStatus(given.accountId, given.status));
}
