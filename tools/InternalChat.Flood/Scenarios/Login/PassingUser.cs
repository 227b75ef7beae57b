using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Login;

/// <summary>A user who logs in and leaves at once: at each of its turns, or again and again.</summary>
/// <param name="account">Made where it is missing.</param>
/// <param name="run">What all clients share.</param>
/// <param name="cancellationToken">Gives up a login that is still tried then.</param>
internal sealed class PassingUser(string account, LoadRun run, CancellationToken cancellationToken) : IPacedClient
{
    private bool _hasFailed;

    public int Unanswered => Visiting.IsCompleted ? 0 : 1;

    public int MaxUnanswered => 1;

    /// <summary>Complete while it is not there.</summary>
    internal Task Visiting { get; private set; } = Task.CompletedTask;

    /// <summary>Logins that succeeded. Final when <see cref="Visiting"/> is complete, as the next.</summary>
    internal long Logins { get; private set; }

    /// <summary>Logins that did not end as QUIT ought to.</summary>
    internal long RudeEnds { get; private set; }

    /// <summary>Comes as often as it can until the end of the load.</summary>
    internal Task ComeAgainAndAgain() => Visiting = Task.Run(
        async () =>
        {
            for (long now; !_hasFailed && (now = Stopwatch.GetTimestamp()) < run.Clock.End;)
                await ComeAsync(now);
        },
        CancellationToken.None);

    public void Append(in SendTimes times)
    {
        // Not on the thread of the pacer, which has others to send.
        var dueAt = times.IntendedAt;
        Visiting = Task.Run(() => ComeAsync(dueAt), CancellationToken.None);
    }

    public ValueTask FlushAsync() => ValueTask.CompletedTask;

    private async Task ComeAsync(long dueAt)
    {
        try
        {
            var connection = await run.Connections.OpenAsync(account, dueAt, cancellationToken);
            Logins++;
            if (!await new Visit(connection, run, visitor: null).StayAsync(cancellationToken))
                RudeEnds++;
        }
        catch (ChatException exception)
        {
            _hasFailed = true;
            run.Errors.Add(exception.Message);
        }
        catch (OperationCanceledException)
        {
            run.Errors.Add("a user was still not logged in when the load had ended");
        }
    }
}
