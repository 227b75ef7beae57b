using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.History;

/// <summary>Fills conversations through the server, and has users ask for them.</summary>
internal sealed class HistoryScenario(HistoryOptions options) : IScenario
{
    // Each writes with a window of its own: that is enough for the server to commit in groups.
    private const int FillsAtATime = 8;

    private HistoryClient[] _clients = [];
    private Task _reading = Task.CompletedTask;

    public string Name => "history";

    public string Load => $"{options.Pairs} users ask for {options.Limit} of {options.Messages} messages, "
        + (options.Rate is { } rate ? $"open loop, {rate}" : $"closed loop, window {options.Window}");

    public Counter Unit => Counter.Histories;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require(options.Pairs);
        run.Say($"filling {options.Pairs} conversations with {options.Messages} messages each at {run.Target.Address}");
        var conversations = Enumerable.Range(1, options.Pairs).Select(i => new Conversation(i, run.Target.AccountsPrefix)).ToArray();
        await Parallel.ForEachAsync(
            conversations,
            new ParallelOptions { MaxDegreeOfParallelism = FillsAtATime, CancellationToken = cancellationToken },
            async (conversation, token) => await ConversationFill.RunAsync(conversation, options, run, token));
        var connections = await run.Connections.OpenAllAsync(
            [.. conversations.Select(conversation => conversation.Asker)], cancellationToken);
        _clients =
        [
            .. conversations.Zip(
                connections, (conversation, connection) => new HistoryClient(conversation, connection, run, options)),
        ];
        foreach (var client in _clients)
            run.Counters.Register(client);
    }

    public async Task RunAsync(LoadRun run)
    {
        run.Say($"asking for {run.Clock.Whole}");
        _reading = run.Clock.StopAfterAsync(_clients.Select(client => run.KeepAsync(client.Connection, client)));
        await OpenLoopPacer.RunToEndAsync(run, _clients, options.Rate);
        await Settling.WaitAsync(
            () => _clients.All(client => client.Unanswered == 0), () => _clients.Sum(client => client.Answered), _reading);
    }

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run)
    {
        await _reading;
        foreach (var client in _clients)
            client.Finish();
        var answered = _clients.Sum(client => client.Answered);
        var rejected = _clients.Sum(client => client.Rejected);
        return
        [
            new("histories", answered, CheckRule.MustNotBeZero),
            new("rejected", rejected, CheckRule.Information),
            new("unanswered", _clients.Sum(client => client.Asked) - answered - rejected, CheckRule.MustBeZero),
            new("wrong_counts", _clients.Sum(client => client.WrongCounts), CheckRule.MustBeZero),
            new("out_of_order", _clients.Sum(client => client.OutOfOrder), CheckRule.MustBeZero),
            new("corrupted", _clients.Sum(client => client.Corrupted), CheckRule.MustBeZero),
        ];
    }
}

/// <summary>What <see cref="HistoryScenario"/> is to do.</summary>
internal sealed record HistoryOptions
{
    /// <summary>Conversations, and users who ask, each for one.</summary>
    internal required int Pairs { get; init; }

    /// <summary>In each conversation, at least.</summary>
    internal required int Messages { get; init; }

    internal required int BodyBytes { get; init; }

    /// <summary>Messages asked for at a time, at most.</summary>
    internal required int Limit { get; init; }

    /// <summary>Unanswered HISTORY commands of one user in the closed loop.</summary>
    internal required int Window { get; init; }

    /// <summary>Over all users; null for the closed loop.</summary>
    internal required SendRate? Rate { get; init; }
}
