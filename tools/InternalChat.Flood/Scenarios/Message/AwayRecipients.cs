using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>Recipients who are not there but for short visits, each at its own time. What was sent to them meanwhile waits for them.</summary>
internal sealed class AwayRecipients(IReadOnlyList<MessageReceiver> receivers, TimeSpan interval)
{
    private long _visits;
    private long _rudeEnds;

    /// <summary>Visits until the end of the load.</summary>
    /// <param name="run">What all clients share.</param>
    /// <param name="cancellationToken">Gives up logins that are still tried then.</param>
    internal Task ComeAndGoAsync(LoadRun run, CancellationToken cancellationToken) =>
        Task.WhenAll(receivers.Select((receiver, i) => ComeAndGoAsync(receiver, interval * i / receivers.Count, run, cancellationToken)));

    /// <summary>Nobody comes any more.</summary>
    internal IReadOnlyList<Check> Checks() =>
    [
        new("visits", Volatile.Read(ref _visits), CheckRule.MustNotBeZero),
        new("without_goodbye", Volatile.Read(ref _rudeEnds), CheckRule.MustBeZero),
    ];

    private async Task ComeAndGoAsync(MessageReceiver receiver, TimeSpan phase, LoadRun run, CancellationToken cancellationToken)
    {
        try
        {
            for (var dueAt = run.Clock.Start + Ticks(phase); await run.Clock.WaitUntilAsync(dueAt); dueAt += Ticks(interval))
                await ComeAsync(receiver, dueAt, run, cancellationToken);
        }
        catch (ChatException exception)
        {
            run.Errors.Add(exception.Message);
        }
        catch (OperationCanceledException)
        {
            run.Errors.Add("a recipient was still not logged in when the load had ended");
        }
    }

    private async Task ComeAsync(MessageReceiver receiver, long dueAt, LoadRun run, CancellationToken cancellationToken)
    {
        var connection = await run.Connections.OpenAsync(receiver.Recipient.Account, dueAt, cancellationToken);
        if (!await new Visit(connection, run, receiver.On(connection)).StayAsync())
            Interlocked.Increment(ref _rudeEnds);
        Interlocked.Increment(ref _visits);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
