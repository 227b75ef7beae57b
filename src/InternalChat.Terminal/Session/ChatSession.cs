using InternalChat.Client;
using InternalChat.Protocol;
using InternalChat.Terminal.Options;

namespace InternalChat.Terminal.Session;

/// <summary>How stubborn a session is.</summary>
/// <param name="ReconnectsWhenLost">Whether a lost connection is made anew, for ever.</param>
/// <param name="LoginAttempts">How often a login that may succeed later is tried.</param>
internal sealed record SessionPolicy(bool ReconnectsWhenLost, int LoginAttempts);

/// <summary>
/// Keeps one user logged in: connects, authenticates, hands over what the server says, and does it again when the connection is lost.
/// A first connection that fails is an error (a wrong port more likely than a server that is away); wrong credentials always are.
/// </summary>
internal sealed class ChatSession(
    TerminalOptions options, string password, SessionPolicy policy, ISessionListener listener, ReconnectDelay delay, TimeProvider time)
{
    private TaskCompletionSource _retryNow = NewSignal();
    private bool _wasConnected;
    private int _refusals;

    /// <summary>Ends the wait for the next attempt, where there is one.</summary>
    internal void RetryNow() => _retryNow.TrySetResult();

    /// <summary>Runs until the user quits or there is no hope.</summary>
    /// <returns>The exit status.</returns>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var last = await ConnectOnceAsync(cancellationToken);
                if (last.Reason == DisconnectReason.Quit)
                    return ExitStatus.Success;
                if (!policy.ReconnectsWhenLost || last.Reason == DisconnectReason.ProtocolViolation || last.Error == ErrorCode.Suspended)
                    return End(last.Description, last.Error == ErrorCode.Suspended ? ExitStatus.NotAuthenticated : ExitStatus.Failed);
                await WaitAsync(last.Description, cancellationToken);
            }
            catch (CommandRejectedException refusal)
            {
                if (IsFinal(refusal.Code) || ++_refusals >= policy.LoginAttempts)
                    return End($"login refused: {refusal.Message}", ExitStatus.NotAuthenticated);
                await WaitAsync(refusal.Message, cancellationToken);
            }
            catch (ChatConnectionException failure) when (_wasConnected && policy.ReconnectsWhenLost)
            {
                await WaitAsync(failure.Message, cancellationToken);
            }
            catch (ChatException failure)
            {
                return End(failure.Message, ExitStatus.Failed);
            }
        }
    }

    /// <summary>Whether the same name and password will be refused again. Anything else, a code of a later version too, may pass.</summary>
    private static bool IsFinal(ErrorCode code) => code is ErrorCode.AuthFailed or ErrorCode.Suspended or ErrorCode.RegistrationClosed
        or ErrorCode.InvalidUsername or ErrorCode.WeakPassword or ErrorCode.BadRequest;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<Disconnected> ConnectOnceAsync(CancellationToken cancellationToken)
    {
        await using var client = await ChatClient.ConnectAsync(options.Server, cancellationToken);
        var outcome = await client.AuthenticateAsync(options.User, password, cancellationToken);
        var begin = time.GetTimestamp();
        _refusals = 0;
        listener.Connected(client, outcome, _wasConnected);
        _wasConnected = true;

        await foreach (var happened in client.ReadEventsAsync(cancellationToken))
        {
            if (happened is Disconnected last)
            {
                delay.ConnectionEnded(time.GetElapsedTime(begin));
                return last;
            }

            listener.Happened(happened);
            // However much the server sends, keys and signals have their turn.
            await Task.Yield();
        }

        return new Disconnected(DisconnectReason.Disposed, "the connection was closed");
    }

    private async Task WaitAsync(string reason, CancellationToken cancellationToken)
    {
        var wait = delay.Next();
        _retryNow = NewSignal();
        listener.Waiting(reason, wait);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(wait, time, enough.Token), _retryNow.Task);
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private int End(string reason, int exitStatus)
    {
        listener.Ended(reason);
        return exitStatus;
    }
}
