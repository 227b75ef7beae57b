using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Flood.Scenarios.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Flood.Scenarios.Slow;

/// <summary>
/// Users who are logged in and do not read, others who send to them, and others again who chat and are to notice nothing. After the
/// load the slow ones read, and must get everything.
/// </summary>
internal sealed class SlowScenario(SlowOptions options) : IScenario
{
    private readonly MessageOptions _flood = options.Flood;
    private readonly SideChat _sideChat = new(options.SideChat);
    private MessageClients _clients = new([], []);
    private SlowReceiver[] _receivers = [];
    private Task _answers = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;
    private long _heldBack;

    public string Name => "slow";

    public string Load => $"{_flood.Pairs} users who do not read, {_flood.Rate} messages of {_flood.BodyBytes} bytes to them"
        + _sideChat.Load;

    public Counter Unit => Counter.Acknowledged;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require((2 * _flood.Pairs) + _sideChat.Connections);
        await _sideChat.PrepareAsync(run, cancellationToken);
        run.Say($"logging in {2 * _flood.Pairs} users at {run.Target.Address}");
        var recipients = Enumerable.Range(0, _flood.Pairs)
            .Select(i => new MessageRecipient(i, $"{run.Target.AccountsPrefix}-z-{i + 1:D5}")).ToArray();
        var receiving = await run.Connections.OpenAllAsync([.. recipients.Select(recipient => recipient.Account)], cancellationToken);
        var sending = await run.Connections.OpenAllAsync(
            [.. Enumerable.Range(1, _flood.Pairs).Select(i => $"{run.Target.AccountsPrefix}-y-{i:D5}")], cancellationToken);
        var receivers = recipients.Zip(
            receiving, (recipient, connection) => new MessageReceiver(recipient, run, _flood).On(connection)).ToArray();
        var senders = sending.Select((connection, i) => new MessageSender(connection, run, _flood, i, () => recipients[i]));
        _receivers = [.. receivers.Select(receiver => new SlowReceiver(receiver, run))];
        _clients = new MessageClients([.. senders], receivers);
        foreach (var (i, sender) in _clients.Senders.Index())
            await sender.AskForEarlierAsync(recipients[i]);
        run.Counters.Register(_clients);
    }

    public async Task RunAsync(LoadRun run)
    {
        run.Say($"sending to users who do not read for {run.Clock.Whole}");
        run.Errors.Expect(ErrorCode.SlowConsumer);
        var chatting = _sideChat.RunAsync(run);
        _answers = Task.WhenAll(_clients.Senders.Select(sender => run.KeepAsync(sender.Connection, sender)));
        if (_clients.Senders.Count > 0)
            _answers = run.Clock.StopAfterAsync(_answers);
        await OpenLoopPacer.RunToEndAsync(run, _clients.Senders, _flood.Rate);
        await chatting;
        await Settling.WaitAsync(() => _clients.IsAnswered, () => _clients.Progress, _answers);
        _heldBack = _clients.Senders.Sum(sender => sender.AwaitingDelivery);
        run.Say($"reading on, the server holds {_heldBack:N0} messages back");
        using var readingEnd = new CancellationTokenSource();
        _reading = Task.WhenAll(_receivers.Select(receiver => receiver.ReadOnAsync(readingEnd.Token)));
        await Settling.WaitAsync(() => _clients.IsSettled, () => _clients.Progress, _reading);
        await readingEnd.CancelAsync();
    }

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run)
    {
        await Task.WhenAll(_answers, _reading);
        _clients.Finish();
        var chat = await _sideChat.FinishAsync(run);
        var closed = _receivers.Sum(receiver => receiver.Closed);
        return
        [
            .. chat,
            .. MessageProof.Of(_clients).Select(check => Slow(check, closed)),
            new Check("slow_held_back", _heldBack, options.MustHoldBack ? CheckRule.MustNotBeZero : CheckRule.Information),
            new Check("slow_closed", closed, CheckRule.Information),
        ];
    }

    /// <summary>Whoever was cut off may get again what it already got.</summary>
    private static Check Slow(Check check, long closed) => check with
    {
        Name = "slow_" + check.Name,
        Rule = check.Name == "duplicated" && closed > 0 ? CheckRule.Information : check.Rule,
    };
}

/// <summary>What <see cref="SlowScenario"/> is to do.</summary>
/// <param name="Flood">What is sent to those who do not read: its pairs are as many as they are.</param>
/// <param name="MustHoldBack">Whether the server must have held something back: else nobody was slow.</param>
/// <param name="SideChat">Other users who chat meanwhile; null for none.</param>
internal sealed record SlowOptions(MessageOptions Flood, bool MustHoldBack, MessageOptions? SideChat);
