using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Flood.Scenarios.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Flood.Scenarios.Presence;

/// <summary>Users who log in and out, and others who hear of it: each of these must know in the end who is online.</summary>
internal sealed class PresenceScenario(PresenceOptions options) : IScenario, ICounterSource
{
    private readonly SideChat _sideChat = new(options.SideChat);
    private PresenceWatcher[] _watchers = [];
    private Churner[] _churners = [];
    private Task _watching = Task.CompletedTask;

    public string Name => "presence";

    public string Load => $"{options.Churners} users come and go, {options.Logins} logins, before {options.Watchers} watchers"
        + (options.PingInterval > TimeSpan.Zero ? $" who PING each {new Duration(options.PingInterval)}" : "")
        + _sideChat.Load;

    public Counter Unit => options.Expected == PresenceExpectation.All ? Counter.PresenceChanges : Counter.Logins;

    private CheckRule Moving => options.Churners > 0 ? CheckRule.MustNotBeZero : CheckRule.Information;

    private long Changes => _watchers.Sum(watcher => watcher.Changes);

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require(options.Watchers + options.Churners + _sideChat.Connections);
        await _sideChat.PrepareAsync(run, cancellationToken);
        run.Say($"logging in {options.Watchers} watchers at {run.Target.Address}");
        var connections = await run.Connections.OpenAllAsync(
            [.. Enumerable.Range(1, options.Watchers).Select(i => $"{run.Target.AccountsPrefix}-w-{i:D5}")], cancellationToken);
        var names = new ChurnerNames(run.Target.AccountsPrefix, options.Churners);
        var probe = new PresenceProbe(run, options.Churners);
        var pongs = new PongCounter();
        _watchers =
        [
            .. connections.Select((connection, i) =>
                new PresenceWatcher(new IdleClient(connection, run, pongs), names, i == 0 ? probe : null)),
        ];
        _churners = [.. Enumerable.Range(0, options.Churners).Select(i => new Churner(i, names.Account(i), run, probe))];
        run.Counters.Register(pongs);
        run.Counters.Register(this);
        _watching = Task.WhenAll(_watchers.Select(watcher => watcher.WatchAsync(run)));
    }

    public async Task RunAsync(LoadRun run)
    {
        run.Say($"logging users in and out for {run.Clock.Whole}, {options.Logins} logins");
        run.Errors.Expect(ErrorCode.Busy);
        run.Errors.Expect(ErrorCode.AlreadyConnected);
        var chatting = _sideChat.RunAsync(run);
        using var patience = new CancellationTokenSource();
        if (options.Logins?.Schedule(run.Clock, options.Churners) is { } turns)
        {
            foreach (var churner in _churners)
                churner.Begin(turns, patience.Token);
        }

        IdleClient[] watching = [.. _watchers.Select(watcher => watcher.Client)];
        if (watching.Length > 0)
            _watching = run.Clock.StopAfterAsync(_watching);
        var pinging = OpenLoopPacer.RunToEndAsync(run, watching, SendRate.OncePer(options.PingInterval, watching.Length));
        await OpenLoopPacer.RunToEndAsync(run, _churners, options.Logins);
        patience.CancelAfter(Settling.LoginPatience);
        await Task.WhenAll(_churners.Select(churner => churner.Staying));
        await pinging;
        await chatting;
        // What nobody is to hear would come late as well: then the whole patience is waited.
        await Settling.WaitAsync(
            () => options.Expected == PresenceExpectation.All && CountWrong() == 0, () => Changes, _watching);
    }

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run)
    {
        await _watching;
        await Task.WhenAll(_churners.Select(churner => churner.Reading));
        var chat = await _sideChat.FinishAsync(run);
        IEnumerable<Check> checks = options.Expected == PresenceExpectation.All
            ?
            [
                new("presence_changes", Changes, options.Watchers > 0 ? Moving : CheckRule.Information),
                new("wrong_final_states", CountWrong(), CheckRule.MustBeZero),
            ]
            : [new("presence_changes", Changes, CheckRule.MustBeZero)];
        return [.. chat, .. checks, new("online_at_the_end", _churners.Count(churner => churner.IsOnline), Moving)];
    }

    public void AddTo(CounterTotals totals) => totals.Add(Counter.PresenceChanges, Changes);

    /// <summary>Over all watchers, churners of whom the last that a watcher heard is not so.</summary>
    private long CountWrong() =>
        _watchers.Sum(watcher => _churners.LongCount(churner => watcher.HasOnline(churner.Number) != churner.IsOnline));
}

/// <summary>What <see cref="PresenceScenario"/> is to do.</summary>
/// <param name="Watchers">Users who stay online.</param>
/// <param name="Churners">Users who log in and out, half of them online at a time.</param>
/// <param name="Logins">Over all churners, and as many logouts; null where there are none.</param>
/// <param name="PingInterval">Between two PINGs of a watcher; zero for none.</param>
/// <param name="Expected">What the server is set to.</param>
/// <param name="SideChat">Other users who chat meanwhile; null for none.</param>
internal sealed record PresenceOptions(
    int Watchers, int Churners, SendRate? Logins, TimeSpan PingInterval, PresenceExpectation Expected, MessageOptions? SideChat);

/// <summary>Who is to hear of users coming and going.</summary>
internal enum PresenceExpectation
{
    /// <summary>Everybody who is online.</summary>
    All,

    /// <summary>Nobody.</summary>
    None,
}
