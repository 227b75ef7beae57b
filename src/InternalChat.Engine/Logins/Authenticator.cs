using System.Security.Cryptography;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Writing;
using InternalChat.Protocol;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Logins;

/// <summary>
/// AUTH after its grammar: the throttle, then the password, then the writer, which alone decides who is online. Called by read loops, one
/// login a connection at a time.
/// </summary>
internal sealed class Authenticator(
    EngineOptions options,
    CurrentOptions current,
    IHashing hashes,
    VerifiedPasswords verified,
    AccountRevisions revisions,
    LoginThrottle throttle,
    LoginThrottle throttleOfMemory,
    Registrations registrations,
    SlowestHash slowest,
    LoginLookup lookup,
    OperationQueue queue,
    TimeProvider time,
    ILogger logger)
{
    private readonly Lazy<string> _nobody = new(() => PasswordHash.OfNoPassword(options.PasswordIterations).ToString());

    private long _iterations;

    /// <summary>Iterations that were spent on verifying passwords, since the start.</summary>
    public long Iterations => Volatile.Read(ref _iterations);

    /// <summary>Names that were looked up for logins: those that have an account, and those that have none.</summary>
    public (long Found, long Missed) LookedUp => lookup.LookedUp;

    /// <summary>Logs the session's user in, creating the account where the name is new.</summary>
    /// <param name="session">The connection; its success reply is appended by the writer.</param>
    /// <param name="name">A valid name.</param>
    /// <param name="password">UTF-8; overwritten with zeros before this returns.</param>
    /// <returns>
    /// Why it was refused; null where the user is online, or the connection is ending, so that there is nobody to answer.
    /// </returns>
    public async Task<LoginRefusal?> LogInAsync(Session session, UserName name, byte[] password)
    {
        var refusal = await TryAsync(session, name, password);
        if (refusal is { Code: var code })
            Refused(session, code);
        return refusal;
    }

    /// <summary>The one place where a login has failed.</summary>
    private static void Refused(Session session, ErrorCode code)
    {
        if (code is ErrorCode.AuthFailed or ErrorCode.AuthThrottled)
            session.FailedLogins++;
    }

    private async Task<LoginRefusal?> TryAsync(Session session, UserName name, byte[] password)
    {
        try
        {
            // No guess at a password: the throttle, with which strangers could lock the other user out, does not hear of it.
            if (!session.CertificateAllows(name))
                return ErrorCode.AuthFailed;
            var fingerprint = verified.Fingerprint(name, password);
            while (true)
            {
                // Before anything is looked up, so that what changes since is noticed.
                var login = new Login(session, name, password, fingerprint, revisions.Visible);
                var result = await TryAsync(login);
                if (!result.IsStale)
                    return result.Refusal;
                // That is also whoever wanted an account and is gone.
                ThrowIfEnding(session);
            }
        }
        catch (OperationCanceledException)
        {
            // The peer is gone, the engine has stopped, or somebody has the connection closed, who was first then.
            session.RequestClose(CloseReason.ConnectionLost);
            return null;
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

    private async Task<Result> TryAsync(Login login)
    {
        var isRemembered = verified.Remembers(login.Name, out var lastNetwork);
        var attempt = new LoginAttempt(login.Name, login.Session.Network, isRemembered && lastNetwork == login.Session.Network);
        // Memory has counts of its own. A password that memory does not know goes on as if memory had not been asked: if that used up what
        // the other attempts have, the answers would tell which names are remembered. Nor may the time of a refusal tell: the throttle is
        // asked in vain about a name that memory does not know.
        var isOpen = throttle.IsOpen(attempt);
        var mayAsk = isOpen && (isRemembered ? throttleOfMemory.TryBegin(attempt) : throttleOfMemory.IsOpen(attempt));
        if (isRemembered && mayAsk && verified.TryGet(login.Name, login.Fingerprint, out var accountId))
        {
            throttleOfMemory.TakeBack(attempt);
            var mark = attempt.IsKnown ? null : (long?)await lookup.MarkAsync(attempt.Name, attempt.Network);
            return Result.Of(await BringOnlineAsync(login, accountId, mark));
        }

        var facts = await lookup.FindAsync(attempt.Name, attempt.Network);
        if (facts.Credentials is null && current.Live.RegistrationOpen)
            return await RegisterAsync(login, facts);
        return await VerifyAsync(login, attempt with { IsKnown = attempt.IsKnown || facts.IsKnownNetwork }, facts);
    }

    private async Task<Result> RegisterAsync(Login login, LoginFacts facts)
    {
        var address = login.Session.RemoteAddress;
        if (registrations.Refuse(address) is { } refusal)
            return refusal;
        var (hasBegun, isMade) = (false, false);
        try
        {
            RegistrationRefusal? refusedAtTurn = null;
            var hash = await HashAsync(login.Session, HashingRank.Newcomer, () =>
            {
                refusedAtTurn = registrations.Begin(address);
                hasBegun = refusedAtTurn is null;
                return hasBegun ? HashAnew(login) : null;
            });
            if (hash.IsBusy)
                return ErrorCode.Busy;
            if (refusedAtTurn is { } tooLate)
                return tooLate;
            var outcome = await BringOnlineAsync(login, accountId: 0, facts.MarkToNote, hash.Result);
            isMade = outcome == LoginOutcome.Registered;
            return Result.Of(outcome);
        }
        finally
        {
            if (hasBegun && !isMade)
                registrations.TakeBack(address);
        }
    }

    /// <summary>Names without an account go the way of a wrong password, in time and in throttling.</summary>
    private async Task<Result> VerifyAsync(Login login, LoginAttempt attempt, LoginFacts facts)
    {
        var credentials = facts.Credentials;
        if (!throttle.IsOpen(attempt))
            return ErrorCode.AuthThrottled;
        // Read anew each time, as an account's is.
        var stored = PasswordHash.Parse(credentials?.PasswordHash) ?? PasswordHash.Parse(_nobody.Value)!;
        var iterationsOfWrong = await slowest.IterationsAsync();
        // Counted when a thread has come to it: a whole office may wait for one, each with the right password.
        var verification = await HashAsync(
            login.Session,
            attempt.IsKnown ? HashingRank.Known : HashingRank.Stranger,
            () => throttle.TryBegin(attempt) ? Verify(login, attempt, stored, iterationsOfWrong) : null);
        if (verification.IsBusy)
            return ErrorCode.Busy;
        if (verification.Result is not { } isRight)
            return ErrorCode.AuthThrottled;
        if (!isRight)
            return ErrorCode.AuthFailed;
        // Only now: a stranger does not learn that there is such an account.
        if (credentials!.Status != AccountStatus.Active)
            return ErrorCode.Suspended;
        if (stored.Iterations < options.PasswordIterations)
            await RehashAsync(login, credentials.Id);
        return Result.Of(await BringOnlineAsync(login, credentials.Id, facts.MarkToNote));
    }

    private bool? Verify(Login login, in LoginAttempt attempt, PasswordHash stored, int iterationsOfWrong)
    {
        var fits = stored.Verify(login.Password, iterationsOfWrong, out var iterations);
        Interlocked.Add(ref _iterations, iterations);
        if (fits)
            throttle.TakeBack(attempt);
        return fits;
    }

    /// <remarks>
    /// When the connection ends, what waits is dropped. What has been hashed by then is made use of: behind the AUTH may stand messages.
    /// </remarks>
    /// <exception cref="OperationCanceledException">It was dropped, or hashing has stopped.</exception>
    private async Task<Hashed<TResult>> HashAsync<TResult>(Session session, HashingRank rank, Func<TResult> hash)
    {
        var since = time.GetTimestamp();
        using var end = new CancellationTokenSource();
        var hashing = hashes.RunAsync(
            session.Network,
            rank,
            () =>
            {
                session.Waited += time.GetElapsedTime(since);
                // The heartbeat may not have come by since the peer went.
                ThrowIfEnding(session);
                return hash();
            },
            end.Token);
        await session.Outbound.WhenEndingOr(hashing);
        if (IsEnding(session))
            Drop(end);
        var hashed = await hashing;
        if (hashed.IsBusy)
            session.Waited += time.GetElapsedTime(since);
        return hashed;
    }

    /// <summary>At once: its asynchronous form would go on on the pool, whatever context it is awaited in.</summary>
    private static void Drop(CancellationTokenSource hashing) => hashing.Cancel();

    /// <summary>Whether the peer is gone, or somebody has the connection closed.</summary>
    private static bool IsEnding(Session session) => session.IsClosing || session.HasLostPeer();

    private static void ThrowIfEnding(Session session)
    {
        if (IsEnding(session))
            throw new OperationCanceledException("The connection is ending.");
    }

    private string HashAnew(Login login) => PasswordHash.Create(login.Password, options.PasswordIterations).ToString();

    private async Task RehashAsync(Login login, long accountId)
    {
        Hashed<string> hash;
        try
        {
            hash = await HashAsync(login.Session, HashingRank.Known, () => HashAnew(login));
        }
        catch (OperationCanceledException)
        {
            return;
        }

        // When too many logins wait, the next one of this user will do.
        if (hash.IsBusy)
            return;
        var request = new RehashRequest(accountId, hash.Result!, login.Revision);
        await queue.SubmitAsync(new Operation { Kind = OperationKind.Rehash, Session = login.Session, Payload = request });
    }

    private async Task<LoginOutcome> BringOnlineAsync(Login login, long accountId, long? toNote, string? newPasswordHash = null)
    {
        var request = new LoginRequest(login.Name, accountId, newPasswordHash, login.Fingerprint, login.Revision, toNote);
        await queue.SubmitAsync(new Operation { Kind = OperationKind.Login, Session = login.Session, Payload = request });
        return await request.Outcome.Task;
    }

    /// <summary>One look at the account, one verification.</summary>
    /// <param name="Session">The connection.</param>
    /// <param name="Name">Who wants in.</param>
    /// <param name="Password">UTF-8.</param>
    /// <param name="Fingerprint">The password's.</param>
    /// <param name="Revision">The newest change of accounts that the look takes into account.</param>
    private sealed record Login(Session Session, UserName Name, byte[] Password, PasswordFingerprint Fingerprint, long Revision);

    /// <summary>How a login ended.</summary>
    /// <param name="Refusal">Null where the user is online.</param>
    /// <param name="IsStale">The account has changed meanwhile, and the next look sees it as it is now.</param>
    private readonly record struct Result(LoginRefusal? Refusal, bool IsStale = false)
    {
        public static Result Of(LoginOutcome outcome) => outcome switch
        {
            LoginOutcome.Authenticated or LoginOutcome.Registered => new Result(null),
            LoginOutcome.Stale => new Result(null, IsStale: true),
            LoginOutcome.AlreadyConnected => ErrorCode.AlreadyConnected,
            _ => ErrorCode.Storage,
        };

        public static implicit operator Result(ErrorCode refusal) => new(refusal);

        public static implicit operator Result(RegistrationRefusal refusal) => new(refusal);
    }
}
