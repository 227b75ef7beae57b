using System.Security.Cryptography;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Writing;
using InternalChat.Protocol;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Accounts;

/// <summary>
/// AUTH after its grammar: throttle, password, then the writer, which alone decides who is online. Called by read loops, one login a
/// connection at a time.
/// </summary>
internal sealed class Authenticator(
    EngineOptions options,
    CurrentOptions current,
    ReaderPool readers,
    HashingPool hashing,
    VerifiedPasswords verified,
    AccountRevisions revisions,
    LoginThrottle throttle,
    OperationQueue queue,
    ILogger logger)
{
    private readonly Lazy<PasswordHash> _nobody = new(() => PasswordHash.OfNoPassword(options.PasswordIterations));

    /// <summary>Logs the session's user in, creating the account where the name is new.</summary>
    /// <param name="session">The connection; its success reply is appended by the writer.</param>
    /// <param name="name">A valid name.</param>
    /// <param name="password">UTF-8; overwritten with zeros before this returns.</param>
    /// <returns>Why it was refused; null where the user is online.</returns>
    public async Task<ErrorCode?> LogInAsync(Session session, UserName name, byte[] password)
    {
        try
        {
            var fingerprint = verified.Fingerprint(name, password);
            while (true)
            {
                // Before anything is looked up, so that what changes since is noticed.
                var attempt = new Attempt(session, name, password, fingerprint, revisions.Visible);
                var result = verified.TryGet(name, fingerprint, out var accountId)
                    ? Result.Of(await BringOnlineAsync(attempt, accountId, newPasswordHash: null))
                    : await VerifyAndLogInAsync(attempt);
                if (!result.IsOvertaken)
                    return result.Refusal;
            }
        }
        catch (StorageException exception)
        {
            LogMessages.LoginNotRead(logger, exception.Message);
            return ErrorCode.Storage;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    private async Task<Result> VerifyAndLogInAsync(Attempt attempt)
    {
        var credentials = await readers.RunAsync(static (reader, name) => reader.FindCredentials(name), attempt.Name.ToString());
        if (credentials is not null)
            return await LogInKnownAsync(attempt, credentials);
        return current.Live.RegistrationOpen ? await RegisterAsync(attempt) : await RefuseUnknownAsync(attempt);
    }

    private async Task<Result> RegisterAsync(Attempt attempt)
    {
        var hash = hashing.TryRun(() => PasswordHash.Create(attempt.Password, options.PasswordIterations).ToString());
        return hash is null ? ErrorCode.Busy : Result.Of(await BringOnlineAsync(attempt, accountId: 0, await hash));
    }

    private async Task<Result> LogInKnownAsync(Attempt attempt, Credentials credentials)
    {
        if (!throttle.TryBegin(attempt.Name, attempt.Session.RemoteAddress))
            return ErrorCode.AuthThrottled;
        var stored = PasswordHash.Parse(credentials.PasswordHash);
        var verification = hashing.TryRun(() => (stored ?? _nobody.Value).Verify(attempt.Password) && stored is not null);
        if (verification is null)
        {
            throttle.NotTried(attempt.Name);
            return ErrorCode.Busy;
        }

        if (!await verification)
        {
            throttle.Failed(attempt.Session.RemoteAddress);
            return ErrorCode.AuthFailed;
        }

        throttle.Succeeded(attempt.Name);
        // Only now: a stranger does not learn that there is such an account.
        if (credentials.Status != AccountStatus.Active)
            return ErrorCode.Suspended;
        if (stored!.Iterations < options.PasswordIterations)
            await RehashAsync(attempt, credentials.Id);
        return Result.Of(await BringOnlineAsync(attempt, credentials.Id, newPasswordHash: null));
    }

    /// <summary>Goes the way of a wrong password, in time and in throttling.</summary>
    private async Task<Result> RefuseUnknownAsync(Attempt attempt)
    {
        if (!throttle.TryBegin(attempt.Name, attempt.Session.RemoteAddress))
            return ErrorCode.AuthThrottled;
        var verification = hashing.TryRun(() => _nobody.Value.Verify(attempt.Password));
        if (verification is null)
        {
            throttle.NotTried(attempt.Name);
            return ErrorCode.Busy;
        }

        await verification;
        throttle.Failed(attempt.Session.RemoteAddress);
        return ErrorCode.RegistrationClosed;
    }

    private async Task RehashAsync(Attempt attempt, long accountId)
    {
        // Where too many logins wait, the next one of this user will do.
        var hash = hashing.TryRun(() => PasswordHash.Create(attempt.Password, options.PasswordIterations).ToString());
        if (hash is null)
            return;
        var request = new RehashRequest(accountId, await hash, attempt.Revision);
        await queue.SubmitAsync(new Operation { Kind = OperationKind.Rehash, Session = attempt.Session, Payload = request });
    }

    private async Task<LoginOutcome> BringOnlineAsync(Attempt attempt, long accountId, string? newPasswordHash)
    {
        var request = new LoginRequest(attempt.Name, accountId, newPasswordHash, attempt.Fingerprint, attempt.Revision);
        await queue.SubmitAsync(new Operation { Kind = OperationKind.Login, Session = attempt.Session, Payload = request });
        return await request.Outcome.Task;
    }

    /// <summary>One look at the account, one verification.</summary>
    /// <param name="Session">The connection.</param>
    /// <param name="Name">Who wants in.</param>
    /// <param name="Password">UTF-8.</param>
    /// <param name="Fingerprint">The password's.</param>
    /// <param name="Revision">The newest change of accounts that the look takes into account.</param>
    private sealed record Attempt(Session Session, UserName Name, byte[] Password, PasswordFingerprint Fingerprint, long Revision);

    /// <summary>How an attempt ended.</summary>
    /// <param name="Refusal">Null where the user is online.</param>
    /// <param name="IsOvertaken">The account has changed meanwhile, and the next attempt sees it as it is now.</param>
    private readonly record struct Result(ErrorCode? Refusal, bool IsOvertaken = false)
    {
        public static Result Of(LoginOutcome outcome) => outcome switch
        {
            LoginOutcome.Authenticated or LoginOutcome.Registered => new Result(null),
            LoginOutcome.Overtaken => new Result(null, IsOvertaken: true),
            LoginOutcome.AlreadyConnected => ErrorCode.AlreadyConnected,
            _ => ErrorCode.Storage,
        };

        public static implicit operator Result(ErrorCode refusal) => new(refusal);
    }
}
