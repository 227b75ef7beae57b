using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>Logs senders and recipients in, has the ones send to the others, waits until all has settled, and counts.</summary>
internal sealed class MessageScenario(MessageOptions options) : IScenario
{
    private MessageClients _clients = new([], []);
    private Task _reading = Task.CompletedTask;
    private OfflineBacklog? _backlog;
    private AwayRecipients? _visitors;

    public string Name => "message";

    public string Load => Clients + (options.Rate is { } rate
        ? $", open loop, {rate}, {options.BodyBytes}-byte bodies"
        : $", closed loop, window {options.Window}, {options.BodyBytes}-byte bodies");

    public Counter Unit => options.To is MessageTopology.Offline or MessageTopology.Away ? Counter.Acknowledged : Counter.Received;

    private string Clients => options.To switch
    {
        MessageTopology.Hot => $"{options.Pairs} senders to one recipient",
        MessageTopology.Zipf => $"{options.Pairs} senders to {options.Pairs} recipients by Zipf's law ({options.ZipfExponent:0.##})",
        MessageTopology.Offline => $"{options.Pairs} pairs, recipients offline",
        MessageTopology.Away => $"{options.Pairs} pairs, recipients look in each {new Duration(options.VisitInterval)}",
        _ => $"{options.Pairs} pairs",
    };

    private int Recipients => options.To == MessageTopology.Hot ? 1 : options.Pairs;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require(options.Pairs + Recipients);
        if (options.LedgerFile is { } file)
            run.OpenLedger(file);
        var (prefix, letters) = (run.Target.AccountsPrefix, options.Letters);
        var recipients = Enumerable.Range(0, Recipients)
            .Select(i => new MessageRecipient(i, $"{prefix}-{letters.Recipient}-{i + 1:D5}")).ToArray();
        run.Say($"logging in {recipients.Length + options.Pairs} users at {run.Target.Address}");
        var receivers = recipients.Select(recipient => new MessageReceiver(recipient, run, options)).ToArray();
        var receiving = await run.Connections.OpenAllAsync([.. recipients.Select(recipient => recipient.Account)], cancellationToken);
        var sending = await run.Connections.OpenAllAsync(
            [.. Enumerable.Range(1, options.Pairs).Select(i => $"{prefix}-{letters.Sender}-{i:D5}")], cancellationToken);
        var zipf = new ZipfDistribution(recipients.Length, options.ZipfExponent);
        var senders = sending.Select((connection, i) => new MessageSender(connection, run, options, i, Choice(i, recipients, zipf)));
        _clients = new MessageClients([.. senders], receivers);
        // Whoever writes to many would have to ask about each.
        if (options.To != MessageTopology.Zipf)
        {
            foreach (var (i, sender) in _clients.Senders.Index())
                await sender.AskForEarlierAsync(recipients[i % recipients.Length]);
        }

        run.Counters.Register(_clients);
        if (options.To is MessageTopology.Offline or MessageTopology.Away)
        {
            _backlog = new OfflineBacklog(_clients);
            _visitors = options.To == MessageTopology.Away ? new AwayRecipients(_clients, options.VisitInterval) : null;
            foreach (var connection in receiving)
                await connection.DisposeAsync();
        }
        else
        {
            _ = receivers.Zip(receiving, (receiver, connection) => receiver.On(connection)).Count();
        }
    }

    public async Task RunAsync(LoadRun run)
    {
        run.Say($"sending for {run.Clock.Whole}, {options.Rate?.ToString() ?? $"window {options.Window}"}");
        using var patience = new CancellationTokenSource();
        var visiting = _visitors?.ComeAndGoAsync(run, patience.Token) ?? Task.CompletedTask;
        var receiving = _backlog is null ? _clients.Receivers.Select(receiver => run.KeepAsync(receiver.Connection, receiver)) : [];
        _reading = run.Clock.StopAfterAsync([.. receiving, .. _clients.Senders.Select(sender => run.KeepAsync(sender.Connection, sender))]);
        await OpenLoopPacer.RunToEndAsync(run, _clients.Senders, options.Rate);
        patience.CancelAfter(Settling.LoginPatience);
        await visiting;
        await Settling.WaitAsync(
            () => _backlog is null ? _clients.IsSettled : _clients.IsAnswered, () => _clients.Progress, _reading);
        if (_backlog is not null)
            await _backlog.HandOverAsync(run);
    }

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run)
    {
        await _reading;
        if (_backlog is not null)
            await _backlog.Ended;
        _clients.Finish();
        run.Ledger?.Dispose();
        var mustHandOver = _visitors is null ? CheckRule.MustNotBeZero : CheckRule.Information;
        return [.. MessageProof.Of(_clients), .. _visitors?.Checks() ?? [], .. _backlog?.Checks(mustHandOver) ?? []];
    }

    private Func<MessageRecipient> Choice(int sender, MessageRecipient[] recipients, ZipfDistribution zipf)
    {
        if (options.To != MessageTopology.Zipf)
            return options.To == MessageTopology.Hot ? () => recipients[0] : () => recipients[sender];
        // The same load in every run, and another one for every sender.
        var random = new Random(sender);
        return () => recipients[zipf.Next(random)];
    }
}

/// <summary>What <see cref="MessageScenario"/> is to do.</summary>
internal sealed record MessageOptions
{
    internal required MessageTopology To { get; init; }

    /// <summary>For <see cref="MessageTopology.Zipf"/>.</summary>
    internal required double ZipfExponent { get; init; }

    /// <summary>Senders, and as many recipients but for <see cref="MessageTopology.Hot"/>.</summary>
    internal required int Pairs { get; init; }

    internal required int BodyBytes { get; init; }

    /// <summary>Unanswered messages of one sender in the closed loop.</summary>
    internal required int Window { get; init; }

    /// <summary>Over all pairs; null for the closed loop.</summary>
    internal required SendRate? Rate { get; init; }

    /// <summary>Share of the messages that their recipients answer with READ: 0 to 1.</summary>
    internal required double ReadShare { get; init; }

    /// <summary>For <see cref="MessageTopology.Away"/>: from one visit of a recipient to its next.</summary>
    internal TimeSpan VisitInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What stands in the accounts' names for senders and for recipients: other letters than other loads of the same run.
    /// </summary>
    internal (char Sender, char Recipient) Letters { get; init; } = ('s', 'r');

    /// <summary>Whether the latencies of these messages are the run's; not so where they are what others are disturbed with.</summary>
    internal bool MeasuresLatencies { get; init; } = true;

    /// <summary>Where to write down what was acknowledged and received; null for nowhere.</summary>
    internal string? LedgerFile { get; init; }
}

/// <summary>
/// Other users who chat beside a scenario's own load, so that what it does to them is measured. Nobody, where there are no options.
/// </summary>
internal sealed class SideChat(MessageOptions? options)
{
    private readonly MessageScenario? _chat = options is null ? null : new MessageScenario(options);

    /// <summary>How many it holds.</summary>
    internal int Connections => 2 * (options?.Pairs ?? 0);

    /// <summary>What follows the description of the load that this stands beside.</summary>
    internal string Load => _chat is null ? "" : $", beside {_chat.Load}";

    internal Task PrepareAsync(LoadRun run, CancellationToken cancellationToken) =>
        _chat?.PrepareAsync(run, cancellationToken) ?? Task.CompletedTask;

    /// <summary>Chats until the end of the load, and waits until all of it has settled.</summary>
    internal Task RunAsync(LoadRun run) => _chat?.RunAsync(run) ?? run.Clock.WaitForEndAsync();

    /// <summary>All connections are closed by now.</summary>
    internal Task<IReadOnlyList<Check>> FinishAsync(LoadRun run) =>
        _chat?.FinishAsync(run) ?? Task.FromResult<IReadOnlyList<Check>>([]);
}
