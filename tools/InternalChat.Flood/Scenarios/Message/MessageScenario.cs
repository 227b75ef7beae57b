using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>Logs pairs in, has one of each send to the other, waits until all has settled, and counts.</summary>
internal sealed class MessageScenario(MessageOptions options, TextWriter progress)
{
    private static readonly TimeSpan SettlingPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlingPoll = TimeSpan.FromMilliseconds(20);

    /// <exception cref="ChatException">The load could not be put on.</exception>
    /// <exception cref="OperationCanceledException">Ended before the load began.</exception>
    internal async Task<RunReport> RunAsync(CancellationToken cancellationToken)
    {
        using var server = options.Target.ServerPid is { } pid ? Process.GetProcessById(pid) : null;
        await progress.WriteLineAsync($"logging in {options.Pairs * 2} users at {options.Target.Address}");
        var prefix = options.Target.AccountsPrefix;
        var recipients = Enumerable.Range(1, options.Pairs).Select(i => $"{prefix}-r-{i:D5}").ToArray();
        var senders = Enumerable.Range(1, options.Pairs).Select(i => $"{prefix}-s-{i:D5}").ToArray();
        var connections = await Login.AllAsync(options.Target, [.. recipients, .. senders], cancellationToken);

        var run = new MessageRun(options, new RunClock(options.Warmup, options.Duration));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopping = ending.Token.Register(run.Clock.Stop);
        var pairs = Enumerable.Range(0, options.Pairs)
            .Select(i => new MessagePair(
                new MessageSender(connections[options.Pairs + i], run, i, recipients[i]),
                new MessageReceiver(connections[i], run, i)))
            .ToArray();
        var pacer = options.MessagesPerSecond is { } rate
            ? new OpenLoopPacer(pairs, new SendSchedule(run.Clock.Start, rate, options.Pairs), run)
            : null;

        await progress.WriteLineAsync(pacer is null
            ? $"sending for {options.Warmup + options.Duration}, window {options.Window}"
            : $"sending for {options.Warmup + options.Duration}, {options.MessagesPerSecond} a second");
        var isOver = new RunEnd();
        var readers = pairs.Select(pair => WatchAsync(pair.Receiver.RunAsync(), run, isOver))
            .Concat(pairs.Select(pair => WatchAsync(
                pacer is null ? pair.Sender.RunClosedLoopAsync() : pair.Sender.ReadAnswersAsync(), run, isOver)))
            .ToArray();
        // Where every connection is gone there is nothing to wait for.
        var reading = CancelAfterAsync(readers, ending);
        var pacing = pacer?.RunAsync() ?? Task.CompletedTask;

        await RunClock.WaitUntilAsync(run.Clock.MeasuredFrom, ending.Token);
        var before = ProcessorTimes.Take(server);
        await RunClock.WaitUntilAsync(run.Clock.End, ending.Token);
        var after = ProcessorTimes.Take(server);
        var memory = server is { HasExited: false, WorkingSet64: > 0 } ? server.WorkingSet64 : (long?)null;
        await pacing;
        await SettleAsync(pairs, reading);

        isOver.HasCome = true;
        foreach (var connection in connections)
            await connection.DisposeAsync();
        await reading;
        foreach (var pair in pairs)
        {
            pair.Sender.Finish();
            pair.Receiver.Finish();
        }

        return MessageReport.Create(run, pairs, pacer, before, after, memory);
    }

    private static async Task CancelAfterAsync(Task[] readers, CancellationTokenSource ending)
    {
        await Task.WhenAll(readers);
        await ending.CancelAsync();
    }

    private static async Task WatchAsync(Task reading, MessageRun run, RunEnd isOver)
    {
        try
        {
            await reading;
            if (!isOver.HasCome)
                run.LoseConnection("the server closed a connection");
        }
        catch (ChatException) when (isOver.HasCome)
        {
            // The connection was closed on this side.
        }
        catch (ChatException exception)
        {
            run.LoseConnection(exception.Message);
        }
    }

    /// <summary>Waits until all has arrived, or nothing more arrives.</summary>
    private static async Task SettleAsync(MessagePair[] pairs, Task reading)
    {
        var lastProgress = -1L;
        var lastChange = Stopwatch.GetTimestamp();
        while (!reading.IsCompleted && !pairs.All(pair => pair.IsSettled) && Stopwatch.GetElapsedTime(lastChange) < SettlingPatience)
        {
            var now = pairs.Sum(pair => pair.Progress);
            if (now != lastProgress)
                (lastProgress, lastChange) = (now, Stopwatch.GetTimestamp());
            await Task.Delay(SettlingPoll);
        }
    }

    private sealed class RunEnd
    {
        private volatile bool _value;

        internal bool HasCome
        {
            get => _value;
            set => _value = value;
        }
    }
}
