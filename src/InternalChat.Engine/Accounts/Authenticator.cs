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
    LoginThrottle throttle,
    OperationQueue queue,
    ILogger logger)
{
    private readonly PasswordHash _nobody = PasswordHash.OfNoPassword(options.PasswordIterations);

    /// <summary>Logs the session's user in, creating the account where the name is new.</summary>
    /// <param name="session">The connection; its success reply is appended by the writer.</param>
    /// <param name="name">A valid name.</param>
    /// <param name="password">UTF-8; overwritten with zeros before this returns.</param>
    /// <returns>Why it was refused; null where the user is online.</returns>
    public async Task<ErrorCode?> LogInAsync(Session session, UserName name, byte[] password)
    {
        try
        {
            if (verified.TryGet(name, password, out var accountId))
                return Refusal(await BringOnlineAsync(session, new LoginRequest(name, accountId, NewPasswordHash: null)));
            return await VerifyAndLogInAsync(session, name, password);
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

    private async Task<ErrorCode?> VerifyAndLogInAsync(Session session, UserName name, byte[] password)
    {
        while (true)
        {
            var credentials = await readers.RunAsync(static (reader, name) => reader.FindCredentials(name), name.ToString());
            if (credentials is not null)
                return await LogInKnownAsync(session, name, password, credentials);
            if (!current.Live.RegistrationOpen)
                return await RefuseUnknownAsync(session, name, password);

            var hash = hashing.TryRun(() => PasswordHash.Create(password, options.PasswordIterations).ToString());
            if (hash is null)
                return ErrorCode.Busy;
            var outcome = await BringOnlineAsync(session, new LoginRequest(name, 0, await hash));
            if (outcome == LoginOutcome.NameTaken)
                continue;
            if (outcome == LoginOutcome.Registered)
                verified.Remember(name, password, session.AccountId);
            return Refusal(outcome);
        }
    }

    private async Task<ErrorCode?> LogInKnownAsync(Session session, UserName name, byte[] password, Credentials credentials)
    {
        if (!throttle.TryBegin(name, session.RemoteAddress))
            return ErrorCode.AuthThrottled;
        var stored = PasswordHash.Parse(credentials.PasswordHash);
        var verification = hashing.TryRun(() => (stored ?? _nobody).Verify(password) && stored is not null);
        if (verification is null)
        {
            throttle.NotTried(name);
            return ErrorCode.Busy;
        }

        if (!await verification)
        {
            throttle.Failed(session.RemoteAddress);
            return ErrorCode.AuthFailed;
        }

        throttle.Succeeded(name);
        verified.Remember(name, password, credentials.Id);
        if (stored!.Iterations < options.PasswordIterations)
            await RehashAsync(session, credentials.Id, password);
        return Refusal(await BringOnlineAsync(session, new LoginRequest(name, credentials.Id, NewPasswordHash: null)));
    }

    /// <summary>Goes the way of a wrong password, in time and in throttling.</summary>
    private async Task<ErrorCode?> RefuseUnknownAsync(Session session, UserName name, byte[] password)
    {
        if (!throttle.TryBegin(name, session.RemoteAddress))
            return ErrorCode.AuthThrottled;
        var verification = hashing.TryRun(() => _nobody.Verify(password));
        if (verification is null)
        {
            throttle.NotTried(name);
            return ErrorCode.Busy;
        }

        await verification;
        throttle.Failed(session.RemoteAddress);
        return ErrorCode.RegistrationClosed;
    }

    private async Task RehashAsync(Session session, long accountId, byte[] password)
    {
        // Where too many logins wait, the next one of this user will do.
        var hash = hashing.TryRun(() => PasswordHash.Create(password, options.PasswordIterations).ToString());
        if (hash is null)
            return;
        var request = new RehashRequest(accountId, await hash);
        await queue.SubmitAsync(new Operation { Kind = OperationKind.Rehash, Session = session, Payload = request });
    }

    private async Task<LoginOutcome> BringOnlineAsync(Session session, LoginRequest request)
    {
        await queue.SubmitAsync(new Operation { Kind = OperationKind.Login, Session = session, Payload = request });
        return await request.Outcome.Task;
    }

    private static ErrorCode? Refusal(LoginOutcome outcome) => outcome switch
    {
        LoginOutcome.Authenticated or LoginOutcome.Registered => null,
        LoginOutcome.AlreadyConnected => ErrorCode.AlreadyConnected,
        _ => ErrorCode.Storage,
    };
}
