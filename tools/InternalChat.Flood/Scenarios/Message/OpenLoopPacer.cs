using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>
/// Sends every message of an open loop when it is due, on a thread of its own that never waits for a client: a message whose sender
/// is stuck is sent as soon as it is not, and counts as late.
/// </summary>
internal sealed class OpenLoopPacer(IReadOnlyList<IPacedClient> senders, SendSchedule schedule, RunClock clock)
{
    // A sender with more than this unanswered is stuck: the server does not keep up.
    private const int MaxUnanswered = 16_384;

    /// <summary>A send later than this after its due time fell behind.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(1);

    private readonly Turn[] _turns = [.. senders.Select(sender => new Turn(sender))];
    private readonly List<Turn> _touched = [];
    private long _index;
    private long _sent;
    private long _behind;
    private long _neverSent;
    private TimeSpan _worstDelay;

    /// <summary>The measured part of the schedule, when <see cref="RunAsync"/> is over.</summary>
    internal ScheduleReport Report() =>
        new(_sent + _neverSent, _behind, _neverSent, _worstDelay.TotalMilliseconds, Tolerance.TotalMilliseconds);

    /// <summary>Sends until the run's end.</summary>
    internal Task RunAsync() => Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run()
    {
        PreciseSleep.PrepareThread();
        for (long now; (now = Stopwatch.GetTimestamp()) < clock.End; SleepUntilDue())
            SendDue(now);

        // What has come due while this thread slept or sent.
        var end = clock.End;
        SendDue(end - 1);
        foreach (var turn in _turns)
            _neverSent += turn.Due.LongCount(clock.IsMeasured);
    }

    /// <summary>Whatever is due by now goes out with one flush for each sender.</summary>
    private void SendDue(long now)
    {
        for (; schedule.DueAt(_index) is var due && due <= now; _index++)
        {
            var turn = _turns[schedule.ClientOf(_index)];
            if (turn.Due.Count == 0)
                _touched.Add(turn);
            turn.Due.Enqueue(due);
        }

        _touched.RemoveAll(TrySend);
    }

    private void SleepUntilDue() => PreciseSleep.WaitUntil(Math.Min(schedule.DueAt(_index), clock.End));

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
                var times = new SendTimes(Stopwatch.GetTimestamp(), due);
                Judge(times);
                turn.Sender.Append(times);
            }

            turn.Flush = Pending(turn.Sender.Connection.FlushAsync());
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

    private void Judge(in SendTimes times)
    {
        if (!clock.IsMeasured(times.IntendedAt))
            return;
        _sent++;
        var delay = Stopwatch.GetElapsedTime(times.IntendedAt, times.SentAt);
        if (delay > Tolerance)
            _behind++;
        if (delay > _worstDelay)
            _worstDelay = delay;
    }

    private sealed class Turn(IPacedClient sender)
    {
        internal IPacedClient Sender { get; } = sender;

        internal Queue<long> Due { get; } = new();

        internal Task Flush { get; set; } = Task.CompletedTask;

        internal bool IsBroken { get; set; }
    }
}
