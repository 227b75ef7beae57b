using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>Logs pairs in, has one of each send to the other, waits until all has settled, and counts.</summary>
internal sealed class MessageScenario(MessageOptions options) : IScenario
{
    private MessagePair[] _pairs = [];
    private Task _reading = Task.CompletedTask;
    private OpenLoopPacer? _pacer;

    public string Name => "message";

    public string Load => options.MessagesPerSecond is { } rate
        ? $"{options.Pairs} pairs, open loop, {rate:0.##}/s, {options.BodyBytes}-byte bodies"
        : $"{options.Pairs} pairs, closed loop, window {options.Window}, {options.BodyBytes}-byte bodies";

    public Counter Unit => Counter.Received;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        run.Say($"logging in {options.Pairs * 2} users at {run.Target.Address}");
        var prefix = run.Target.AccountsPrefix;
        var recipients = Enumerable.Range(1, options.Pairs).Select(i => $"{prefix}-r-{i:D5}");
        var senders = Enumerable.Range(1, options.Pairs).Select(i => $"{prefix}-s-{i:D5}");
        var connections = await run.Connections.OpenAllAsync([.. recipients, .. senders], cancellationToken);
        _pairs =
        [
            .. Enumerable.Range(0, options.Pairs).Select(i => new MessagePair(
                new MessageSender(connections[options.Pairs + i], run, options, i, connections[i].Account),
                new MessageReceiver(connections[i], run, options, i))),
        ];
        foreach (var pair in _pairs)
            run.Counters.Register(pair);
    }

    public async Task RunAsync(LoadRun run)
    {
        run.Say(options.MessagesPerSecond is { } perSecond
            ? $"sending for {run.Clock.Warmup + run.Clock.Duration}, {perSecond} a second"
            : $"sending for {run.Clock.Warmup + run.Clock.Duration}, window {options.Window}");
        _pacer = options.MessagesPerSecond is { } rate
            ? new OpenLoopPacer(
                [.. _pairs.Select(pair => pair.Sender)], new SendSchedule(run.Clock.Start, rate, options.Pairs), run.Clock)
            : null;
        _reading = StopAfterAsync(
            run.Clock,
            [
                .. _pairs.Select(pair => run.KeepAsync(pair.Receiver.Connection, pair.Receiver)),
                .. _pairs.Select(pair => run.KeepAsync(pair.Sender.Connection, pair.Sender)),
            ]);
        var pacing = _pacer?.RunAsync() ?? Task.CompletedTask;
        await run.Clock.WaitForEndAsync();
        await pacing;
        await Settling.WaitAsync(
            () => _pairs.All(pair => pair.IsSettled), () => _pairs.Sum(pair => pair.Progress), _reading);
    }

    public async Task<ScenarioResult> FinishAsync(LoadRun run)
    {
        await _reading;
        foreach (var pair in _pairs)
        {
            pair.Sender.Finish();
            pair.Receiver.Finish();
        }

        return new ScenarioResult(MessageProof.Of(_pairs), _pacer?.Report());
    }

    // Where every connection is gone there is nothing to wait for.
    private static async Task StopAfterAsync(RunClock clock, Task[] readers)
    {
        await Task.WhenAll(readers);
        clock.Stop();
    }
}
