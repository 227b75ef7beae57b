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
