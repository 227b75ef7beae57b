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
