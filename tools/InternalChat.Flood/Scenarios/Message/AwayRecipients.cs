using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>
/// Recipients who are not there but for short visits, each at its own time. At each they get everything that had been acknowledged to their
/// senders before, and leave.
/// </summary>
/// <param name="clients">In pairs.</param>
/// <param name="interval">From one visit of a recipient to its next.</param>
internal sealed class AwayRecipients(MessageClients clients, TimeSpan interval)
{
    private long _visits;
    private long _rudeEnds;

    /// <summary>Visits until the end of the load.</summary>
    /// <param name="run">What all clients share.</param>
    /// <param name="cancellationToken">Gives up logins that are still tried then, and what has still not arrived.</param>
    internal Task ComeAndGoAsync(LoadRun run, CancellationToken cancellationToken) => Task.WhenAll(
        clients.Receivers.Zip(clients.Senders, (receiver, sender) => ComeAndGoAsync(receiver, sender, run, cancellationToken)));

    /// <summary>Nobody comes any more.</summary>
    internal IReadOnlyList<Check> Checks() =>
    [
        new("visits", Volatile.Read(ref _visits), CheckRule.MustNotBeZero),
        new("without_goodbye", Volatile.Read(ref _rudeEnds), CheckRule.MustBeZero),
    ];

    private async Task ComeAndGoAsync(MessageReceiver receiver, MessageSender sender, LoadRun run, CancellationToken cancellationToken)
    {
        var dueAt = run.Clock.Start + Ticks(interval * receiver.Recipient.Number / clients.Receivers.Count);
        try
        {
            for (; await run.Clock.WaitUntilAsync(dueAt); dueAt += Ticks(interval))
                await ComeAsync(receiver, sender, dueAt, run, cancellationToken);
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

    private async Task ComeAsync(
        MessageReceiver receiver, MessageSender sender, long dueAt, LoadRun run, CancellationToken cancellationToken)
    {
        var awaited = sender.Acknowledged;
        var connection = await run.Connections.OpenAsync(receiver.Recipient.Account, dueAt, cancellationToken);
        var visitor = new Visitor(receiver.On(connection), awaited);
        if (!await new Visit(connection, run, visitor).StayAsync(cancellationToken))
            Interlocked.Increment(ref _rudeEnds);
        Interlocked.Increment(ref _visits);
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Comes for all messages up to a number of them.</summary>
    private sealed class Visitor(MessageReceiver receiver, long awaited) : IVisitor
    {
        public bool HasAll => receiver.Received >= awaited;

        public void Leave() => receiver.Leave();

        public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line) => receiver.OnFrame(frame, line);
    }
}

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
