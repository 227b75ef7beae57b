using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

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

/// <summary>Asks once who is online. One thread at a time.</summary>
internal sealed class OnlineUsers : IConnectionHandler
{
    private readonly LoadConnection _connection;
    private readonly byte[] _prefix;
    private bool _isAsked;
    private bool _isAnswered;
    private int _count;

    private OnlineUsers(LoadConnection connection, string prefix)
    {
        _connection = connection;
        _prefix = Encoding.ASCII.GetBytes(prefix);
    }

    /// <summary>Counts those whose names begin so. Where that fails the run has an error.</summary>
    internal static async Task<int> CountAsync(string prefix, LoadRun run, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await run.Connections.OpenAsync(
                $"{run.Target.AccountsPrefix}-q-00001", dueAt: null, cancellationToken);
            var users = new OnlineUsers(connection, prefix);
            await connection.RunAsync(users);
            if (!users._isAnswered)
                run.LoseConnection("the server did not say who is online");
            return users._count;
        }
        catch (ChatException exception)
        {
            run.LoseConnection(exception.Message);
        }
        catch (OperationCanceledException)
        {
            run.Errors.Add("nobody could ask in time who is online");
        }

        return 0;
    }

    public bool OnDrained()
    {
        if (_isAsked)
            return false;
        _isAsked = true;
        ClientFrames.List(_connection.Output);
        ClientFrames.Quit(_connection.Output);
        return true;
    }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        _isAnswered |= frame.Kind == ServerFrameKind.Known;
        if (frame.Kind != ServerFrameKind.Online)
            return true;
        foreach (var name in frame.Text.Split(", "u8))
            _count += frame.Text[name].StartsWith(_prefix) ? 1 : 0;
        return true;
    }
}
