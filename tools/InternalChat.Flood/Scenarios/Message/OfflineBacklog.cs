using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>What was kept for recipients that were logged off: has them log in, and measures how fast it is handed over.</summary>
internal sealed class OfflineBacklog(MessageClients clients)
{
    // Logins hash passwords: more at a time would only slow the handing over that is measured.
    private const int LoginsAtATime = 4;

    private long _handedOver;
    private TimeSpan _time;

    /// <summary>Complete when no recipient reads any more.</summary>
    internal Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Logs the recipients in and waits until all is settled. Where one cannot log in the run has an error.</summary>
    internal async Task HandOverAsync(LoadRun run)
    {
        var (startedAt, receivedBefore) = (Stopwatch.GetTimestamp(), clients.Received);
        var waiting = clients.Senders.Sum(sender => sender.Acknowledged) - receivedBefore;
        run.Say($"logging in {clients.Receivers.Count} recipients, {waiting:N0} messages wait");
        var reading = new Task[clients.Receivers.Count];
        await Parallel.ForAsync(
            0, reading.Length, new ParallelOptions { MaxDegreeOfParallelism = LoginsAtATime }, async (i, token) =>
            {
                reading[i] = Task.CompletedTask;
                try
                {
                    var receiver = clients.Receivers[i];
                    var connection = await run.Connections.OpenAsync(receiver.Recipient.Account, dueAt: null, token);
                    reading[i] = run.KeepAsync(connection, receiver.On(connection));
                }
                catch (ChatException exception)
                {
                    run.Errors.Add(exception.Message);
                }
            });
        Ended = Task.WhenAll(reading);
        await Settling.WaitAsync(() => clients.IsSettled, () => clients.Progress, Ended);
        _time = Stopwatch.GetElapsedTime(startedAt, clients.Receivers.Max(receiver => receiver.LastReceivedAt));
        _handedOver = clients.Received - receivedBefore;
    }

    /// <summary>The time is from the first AUTH to the arrival of the last message, the logins included.</summary>
    /// <param name="rule">Whether there has to be anything.</param>
    internal IReadOnlyList<Check> Checks(CheckRule rule) =>
    [
        new("handed_over", _handedOver, rule),
        new("handed_over_per_second", (long)(_handedOver / Math.Max(_time.TotalSeconds, 0.001)), CheckRule.Information),
    ];
}
