using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Scenarios.Lists;

/// <summary>Users who ask who is there. A part of a mixed load, and no subcommand of its own.</summary>
/// <param name="users">How many ask.</param>
/// <param name="rate">Over all of them.</param>
internal sealed class ListScenario(int users, SendRate rate) : IScenario
{
    private ListClient[] _clients = [];
    private Task _reading = Task.CompletedTask;

    public string Name => "list";

    public string Load => $"{users} users ask who is there, {rate}";

    public Counter Unit => Counter.Lists;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        run.Say($"logging in {users} users who will ask who is there at {run.Target.Address}");
        var connections = await run.Connections.OpenAllAsync(
            [.. Enumerable.Range(1, users).Select(i => $"{run.Target.AccountsPrefix}-l-{i:D5}")], cancellationToken);
        _clients = [.. connections.Select(connection => new ListClient(connection, run))];
        foreach (var client in _clients)
            run.Counters.Register(client);
    }

    public async Task RunAsync(LoadRun run)
    {
        _reading = run.Clock.StopAfterAsync(_clients.Select(client => run.KeepAsync(client.Connection, client)));
        await OpenLoopPacer.RunToEndAsync(run, _clients, rate);
        await Settling.WaitAsync(
            () => _clients.All(client => client.Unanswered == 0), () => _clients.Sum(client => client.Answered), _reading);
    }

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run)
    {
        await _reading;
        foreach (var client in _clients)
            client.Finish();
        var answered = _clients.Sum(client => client.Answered);
        return
        [
            new("answered", answered, CheckRule.MustNotBeZero),
            new("unanswered", _clients.Sum(client => client.Asked) - answered, CheckRule.MustBeZero),
            new("wrong", _clients.Sum(client => client.Wrong), CheckRule.MustBeZero),
        ];
    }
}
