using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using InternalChat.Engine.Logins;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Administration;

/// <summary>
/// What an operator sees of accounts, and does to them. A change is stored and in force when its task ends: a user who is suspended,
/// deleted or erased is then told so and disconnected, nothing that it still asked is done, and no login gets through that was under way.
/// </summary>
/// <remarks>Any thread. Members throw <see cref="OperationCanceledException"/> where the engine stops before they are done.</remarks>
public sealed class AccountAdministration
{
    private const int AccountsInSlice = 1_000;

    private readonly EngineOptions _options;
    private readonly SessionRegistry _sessions;
    private readonly IReaders _readers;
    private readonly IHashing _hashing;
    private readonly LoginThrottle _throttle;
    private readonly OperationQueue _queue;

    internal AccountAdministration(
        EngineOptions options, SessionRegistry sessions, IReaders readers, IHashing hashing, LoginThrottle throttle,
        OperationQueue queue)
    {
        _options = options;
        _sessions = sessions;
        _readers = readers;
        _hashing = hashing;
        _throttle = throttle;
        _queue = queue;
    }

    /// <summary>
    /// Accounts in the order of their names' bytes, also those that are suspended or deleted, each with whether its user is connected.
    /// </summary>
    /// <param name="after">Begins behind this name; empty for the first.</param>
    /// <param name="limit">At most so many, 1 or more.</param>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task<IReadOnlyList<(AccountDetails Account, bool IsOnline)>> ListAsync(string after, int limit)
    {
        var accounts = new List<(AccountDetails, bool)>();
        while (accounts.Count < limit)
        {
            var count = Math.Min(limit - accounts.Count, AccountsInSlice);
            var page = await _readers.LongAsync(static (reader, page) => reader.ListAccounts(page.after, page.count), (after, count));
            accounts.AddRange(page.Select(Describe));
            if (page.Count < count)
                break;
            after = page[^1].Username;
        }

        return accounts;
    }

    /// <summary>One account; null where there is none of this name.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task<(AccountDetails Account, bool IsOnline)?> FindAsync(UserName name) =>
        await _readers.ShortAsync(static (reader, name) => reader.FindAccountDetails(name), name.ToString()) is { } account
            ? Describe(account)
            : null;

    /// <summary>Makes an account.</summary>
    public Task<AccountChangeOutcome> AddAsync(UserName name, string password) => HashAndChangeAsync(AccountChangeKind.Add, name, password);

    /// <summary>Gives an account another password. Its user stays connected.</summary>
    public Task<AccountChangeOutcome> SetPasswordAsync(UserName name, string password) =>
        HashAndChangeAsync(AccountChangeKind.SetPassword, name, password);

    /// <summary>Closes an account until <see cref="ResumeAsync"/>. Its messages stay, and what is sent to it is kept for it.</summary>
    public Task<AccountChangeOutcome> SuspendAsync(UserName name) => ChangeAsync(AccountChangeKind.Suspend, name);

    /// <summary>Opens a suspended account again.</summary>
    public Task<AccountChangeOutcome> ResumeAsync(UserName name) => ChangeAsync(AccountChangeKind.Resume, name);

    /// <summary>
    /// Deletes an account for good. What it sent stays with others, what waits for it is never delivered, and its name stays taken.
    /// </summary>
    public Task<AccountChangeOutcome> DeleteAsync(UserName name) => ChangeAsync(AccountChangeKind.Delete, name);

    /// <summary>
    /// Deletes an account and orders everything about it to leave the store, which goes on in small steps afterwards; in the end its name
    /// is free.
    /// </summary>
    /// <returns>What became of the order, and by what <see cref="IsErasurePendingAsync"/> knows it.</returns>
    public async Task<(AccountChangeOutcome Outcome, long Erasure)> EraseAsync(UserName name)
    {
        var change = new AccountChange(AccountChangeKind.Erase, name);
        var outcome = await SubmitAsync(change);
        return (outcome, change.AccountId);
    }

    /// <summary>Whether an erasure goes on.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public Task<bool> IsErasurePendingAsync(long erasure) =>
        _readers.ShortAsync(static (reader, erasure) => reader.IsErasurePending(erasure), erasure);

    /// <summary>Lets a name try again at once after too many failed logins.</summary>
    /// <returns>Whether it had to wait.</returns>
    public bool Unlock(UserName name) => _throttle.Unlock(name);

    /// <summary>Lets an address try again at once after too many failed logins.</summary>
    /// <returns>Whether it had to wait.</returns>
    public bool Unlock(IPAddress address) => _throttle.Unlock(address);

    private (AccountDetails, bool) Describe(AccountDetails account) => (account, _sessions.TryGetOnline(account.Id, out _));

    private async Task<AccountChangeOutcome> HashAndChangeAsync(AccountChangeKind kind, UserName name, string password)
    {
        if (PasswordRule.Refuse(password) is not null)
            return AccountChangeOutcome.PasswordRefused;
        var bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            var hash = await _hashing.RunAsync(
                network: default, HashingRank.Known, () => PasswordHash.Create(bytes, _options.PasswordIterations).ToString());
            return hash.IsBusy ? AccountChangeOutcome.Busy : await ChangeAsync(kind, name, hash.Result);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private Task<AccountChangeOutcome> ChangeAsync(AccountChangeKind kind, UserName name, string? passwordHash = null) =>
        SubmitAsync(new AccountChange(kind, name, passwordHash));

    private async Task<AccountChangeOutcome> SubmitAsync(AccountChange change)
    {
        try
        {
            await _queue.SubmitAsync(new Operation { Kind = OperationKind.ChangeAccount, Payload = change });
        }
        catch (ChannelClosedException stopped)
        {
            throw new OperationCanceledException("The engine has stopped.", stopped);
        }

        return await change.Done;
    }
}
