using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Lists;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Flood.Scenarios.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Flood.Scenarios.Login;

/// <summary>Users who log in, leave at once and come again. In the end the server must say that none of them is online.</summary>
internal sealed class ComeAndGoScenario(LoginOptions options) : IScenario
{
    private readonly SideChat _sideChat = new(options.SideChat);
    private PassingUser[] _users = [];
    private int _online;

    public string Name => "login";

    public string Load => $"{options.Users} users log in and leave at once, {Pace}{_sideChat.Load}";

    public Counter Unit => Counter.Logins;

    private string Pace => options.Rate?.ToString() ?? "as often as they can";

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require(options.Users + _sideChat.Connections);
        await _sideChat.PrepareAsync(run, cancellationToken);
        run.Errors.Expect(ErrorCode.Busy);
        run.Errors.Expect(ErrorCode.AlreadyConnected);
    }

    public async Task RunAsync(LoadRun run)
    {
        run.Say($"logging users in and out for {run.Clock.Whole}, {Pace}");
        var chatting = _sideChat.RunAsync(run);
        var prefix = $"{run.Target.AccountsPrefix}-c-";
        using var patience = new CancellationTokenSource();
        _users = [.. Enumerable.Range(1, options.Users).Select(i => new PassingUser($"{prefix}{i:D5}", run, patience.Token))];
        if (options.Rate is null)
            _ = run.Clock.StopAfterAsync(_users.Select(user => user.ComeAgainAndAgain()).ToArray());
        await OpenLoopPacer.RunToEndAsync(run, _users, options.Rate);
        patience.CancelAfter(Settling.LoginPatience);
        await Task.WhenAll(_users.Select(user => user.Visiting));
        await chatting;
        using var patienceToAsk = new CancellationTokenSource(Settling.LoginPatience);
        _online = await OnlineUsers.CountAsync(prefix, run, patienceToAsk.Token);
    }

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run) =>
    [
        .. await _sideChat.FinishAsync(run),
        new("logins", _users.Sum(user => user.Logins), CheckRule.MustNotBeZero),
        new("without_goodbye", _users.Sum(user => user.RudeEnds), CheckRule.MustBeZero),
        new("online_at_the_end", _online, CheckRule.MustBeZero),
    ];
}

/// <summary>A user who logs in and leaves at once: at each of its turns, or again and again.</summary>
/// <param name="account">Made where it is missing.</param>
/// <param name="run">What all clients share.</param>
/// <param name="cancellationToken">Gives up a login that is still tried then.</param>
internal sealed class PassingUser(string account, LoadRun run, CancellationToken cancellationToken) : IPacedClient
{
    private bool _hasFailed;

    /// <summary>Until it has gone again, a turn is under way; whoever has failed comes no more.</summary>
    public int Unanswered => Visiting.IsCompleted && !_hasFailed ? 0 : 1;

    public int MaxUnanswered => 1;

    /// <summary>Complete while it is not there.</summary>
    internal Task Visiting { get; private set; } = Task.CompletedTask;

    /// <summary>Logins that succeeded. Final when <see cref="Visiting"/> is complete, as the next.</summary>
    internal long Logins { get; private set; }

    /// <summary>Logins that did not end as QUIT ought to.</summary>
    internal long RudeEnds { get; private set; }

    /// <summary>Comes as often as it can until the end of the load.</summary>
    internal Task ComeAgainAndAgain() => Visiting = Task.Run(
        async () =>
        {
            for (long now; !_hasFailed && (now = Stopwatch.GetTimestamp()) < run.Clock.End;)
                await ComeAsync(now);
        },
        CancellationToken.None);

    public void Append(in SendTimes times)
    {
        // Not on the thread of the pacer, which has others to send.
        var dueAt = times.IntendedAt;
        Visiting = Task.Run(() => ComeAsync(dueAt), CancellationToken.None);
    }

    public ValueTask FlushAsync() => ValueTask.CompletedTask;

    private async Task ComeAsync(long dueAt)
    {
        try
        {
            var connection = await run.Connections.OpenAsync(account, dueAt, cancellationToken);
            Logins++;
            if (!await new Visit(connection, run, visitor: null).StayAsync(cancellationToken))
                RudeEnds++;
        }
        catch (ChatException exception)
        {
            _hasFailed = true;
            run.Errors.Add(exception.Message);
        }
        catch (OperationCanceledException)
        {
            run.Errors.Add("a user was still not logged in when the load had ended");
        }
    }
}
