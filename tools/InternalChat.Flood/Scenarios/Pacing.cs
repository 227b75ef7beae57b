using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Scenarios;

/// <summary>
/// Has every command of an open loop sent when it is due, on a thread of its own that never waits for a client: what is due at a client
/// that is stuck is sent as soon as it is not, and counts as late.
/// </summary>
internal sealed class OpenLoopPacer
{
    // So that the end of the load, and a client that is no longer stuck, are noticed.
    private static readonly long LongestSleep = Stopwatch.Frequency / 20;

    private readonly Turn[] _turns;
    private readonly SendSchedule _schedule;
    private readonly RunClock _clock;
    private readonly ScheduleTally[] _tallies;
    private readonly List<Turn> _touched = [];
    private long _index;

    private OpenLoopPacer(LoadRun run, IReadOnlyList<IPacedClient> clients, SendSchedule schedule, bool hasStages)
    {
        _turns = [.. clients.Select(client => new Turn(client))];
        _schedule = schedule;
        _clock = run.Clock;
        _tallies = hasStages ? [run.Schedule, run.StagedSchedule] : [run.Schedule];
    }

    /// <summary>
    /// Until the end of the load: paces the clients where there is a rate; without one they keep their windows full by themselves.
    /// </summary>
    internal static async Task RunToEndAsync(LoadRun run, IReadOnlyList<IPacedClient> clients, SendRate? rate)
    {
        if (rate is not null)
            await RunAsync(run, clients, rate, rate.Schedule(run.Clock, clients.Count));
        await run.Clock.WaitForEndAsync();
    }

    /// <summary>Until the end of the load, or until all is sent: paces the clients by a schedule that this rate has.</summary>
    internal static Task RunAsync(LoadRun run, IReadOnlyList<IPacedClient> clients, SendRate rate, SendSchedule schedule) =>
        Task.Factory.StartNew(
            new OpenLoopPacer(run, clients, schedule, rate.HasStages).Run,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private bool IsDone => _index >= _schedule.Count && _touched.Count == 0;

    private void Run()
    {
        PreciseSleep.PrepareThread();
        for (long now; !IsDone && (now = Stopwatch.GetTimestamp()) < _clock.End; SleepUntilDue())
            SendDue(now);

        // What has come due while this thread slept or sent.
        SendDue(_clock.End - 1);
        foreach (var tally in _tallies)
        {
            foreach (var due in _turns.SelectMany(turn => turn.Due))
                tally.Omit(due);
        }
    }

    /// <summary>Whatever is due by now goes out with one flush for each client.</summary>
    private void SendDue(long now)
    {
        for (; _schedule.DueAt(_index) is var due && due <= now; _index++)
        {
            var turn = _turns[_schedule.ClientOf(_index)];
            if (turn.Due.Count == 0)
                _touched.Add(turn);
            turn.Due.Enqueue(due);
        }

        _touched.RemoveAll(TrySend);
    }

    private void SleepUntilDue() => PreciseSleep.WaitUntil(
        Math.Min(Math.Min(_schedule.DueAt(_index), _clock.End), Stopwatch.GetTimestamp() + LongestSleep));

    /// <returns>False where the client is stuck; it is tried again whenever the pacer wakes.</returns>
    private bool TrySend(Turn turn)
    {
        if (turn.IsBroken || !turn.Flush.IsCompleted)
            return false;
        try
        {
            turn.Flush.GetAwaiter().GetResult();
            while (turn.Client.Unanswered < turn.Client.MaxUnanswered && turn.Due.TryDequeue(out var due))
            {
                var times = new SendTimes(Stopwatch.GetTimestamp(), due);
                foreach (var tally in _tallies)
                    tally.Send(times);
                turn.Client.Append(times);
            }

            turn.Flush = Pending(turn.Client.FlushAsync());
            return turn.Due.Count == 0;
        }
        catch (ChatConnectionException)
        {
            // The reading side reports it; what is due here from now on is never sent.
            turn.IsBroken = true;
            return false;
        }
    }

    /// <summary>Allocates only where the socket does not take the command at once.</summary>
    private static Task Pending(ValueTask flush) => flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();

    private sealed class Turn(IPacedClient client)
    {
        internal IPacedClient Client { get; } = client;

        internal Queue<long> Due { get; } = new();

        internal Task Flush { get; set; } = Task.CompletedTask;

        internal bool IsBroken { get; set; }
    }
}

/// <summary>
/// A client that is told when it is to send: by a pacer in an open loop, by its own answers in a closed one. One thread at a time sends.
/// </summary>
internal interface IPacedClient
{
    /// <summary>Commands that wait for their answer.</summary>
    int Unanswered { get; }

    /// <summary>With so many unanswered it takes no more for now: the server does not keep up.</summary>
    int MaxUnanswered => 16_384;

    /// <summary>Appends one command; it goes out with the next flush.</summary>
    void Append(in SendTimes times);

    /// <summary>Sends what was appended.</summary>
    /// <exception cref="ChatConnectionException">The connection is gone.</exception>
    ValueTask FlushAsync();
}

/// <summary>Clients that send because they were answered.</summary>
internal static class ClosedLoop
{
    /// <summary>Appends as many commands as the client's window has room for, until the end of the load.</summary>
    /// <returns>Whether there were any.</returns>
    internal static bool Fill(IPacedClient client, int window, RunClock clock)
    {
        var now = Stopwatch.GetTimestamp();
        var free = now < clock.End ? window - client.Unanswered : 0;
        for (var i = 0; i < free; i++)
            client.Append(new SendTimes(now, now));
        return free > 0;
    }
}
