using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>
/// Sends every message of an open loop when it is due, on a thread of its own that never waits for a client: a message whose sender
/// is stuck is sent as soon as it is not, and counts as late.
/// </summary>
internal sealed class OpenLoopPacer(IReadOnlyList<MessagePair> pairs, SendSchedule schedule, MessageRun run)
{
    // A sender with more than this unanswered is stuck: the server does not keep up.
    private const int MaxUnanswered = 16_384;

    /// <summary>A send later than this after its due time fell behind.</summary>
    internal static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(1);

    private readonly Turn[] _turns = [.. pairs.Select(pair => new Turn(pair.Sender))];

    /// <summary>Measured messages that were sent late.</summary>
    internal long Behind { get; private set; }

    /// <summary>Measured messages that were due and could not be sent before the end.</summary>
    internal long NeverSent { get; private set; }

    internal TimeSpan WorstDelay { get; private set; }

    /// <summary>Sends until the run's end.</summary>
    internal Task RunAsync() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run()
    {
        PreciseSleep.PrepareThread();
        var touched = new List<Turn>();
        var index = 0L;
        for (long now; (now = Stopwatch.GetTimestamp()) < run.Clock.End; SleepUntilDue(index))
        {
            // Whatever is due by now goes out with one flush for each sender.
            for (; schedule.DueAt(index) is var due && due <= now; index++)
            {
                var turn = _turns[schedule.ClientOf(index)];
                if (turn.Due.Count == 0)
                    touched.Add(turn);
                turn.Due.Enqueue(due);
            }

            touched.RemoveAll(TrySend);
        }

        foreach (var turn in _turns)
            NeverSent += turn.Due.LongCount(run.Clock.IsMeasured);
        for (; schedule.DueAt(index) < run.Clock.End; index++)
        {
            if (run.Clock.IsMeasured(schedule.DueAt(index)))
                NeverSent++;
        }
    }

    private void SleepUntilDue(long index) => PreciseSleep.WaitUntil(Math.Min(schedule.DueAt(index), run.Clock.End));

    /// <returns>False where the sender is stuck; it is tried again whenever the pacer wakes.</returns>
    private bool TrySend(Turn turn)
    {
        if (turn.IsBroken || !turn.Flush.IsCompleted || turn.Sender.Unanswered >= MaxUnanswered)
            return false;
        try
        {
            turn.Flush.GetAwaiter().GetResult();
            while (turn.Due.TryDequeue(out var due))
            {
                Judge(due);
                turn.Sender.Append(due);
            }

            turn.Flush = Pending(turn.Sender.FlushAsync());
            return true;
        }
        catch (ChatConnectionException)
        {
            // The reading side reports it; what is due here from now on is never sent.
            turn.IsBroken = true;
            return false;
        }
    }

    /// <summary>Allocates only where the socket does not take the message at once.</summary>
    private static Task Pending(ValueTask flush) => flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();

    private void Judge(long due)
    {
        var delay = Stopwatch.GetElapsedTime(due);
        if (!run.Clock.IsMeasured(due))
            return;
        if (delay > Tolerance)
            Behind++;
        if (delay > WorstDelay)
            WorstDelay = delay;
    }

    private sealed class Turn(MessageSender sender)
    {
        internal MessageSender Sender { get; } = sender;

        internal Queue<long> Due { get; } = new();

        internal Task Flush { get; set; } = Task.CompletedTask;

        internal bool IsBroken { get; set; }
    }
}
