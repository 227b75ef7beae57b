using System.Diagnostics;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Login;

/// <summary>What <see cref="LoginScenario"/> is to do.</summary>
/// <param name="Logins">How many users.</param>
/// <param name="LoginsPerSecond">Null for all at once.</param>
/// <param name="Reconnect">Whether they are online first, and dropped.</param>
/// <param name="SideChat">Other users who chat meanwhile; null for none.</param>
internal sealed record LoginOptions(int Logins, double? LoginsPerSecond, bool Reconnect, MessageOptions? SideChat);

/// <summary>A storm of logins, of users who were dropped at once or who come for the first time.</summary>
internal sealed class LoginScenario(LoginOptions options) : IScenario
{
    private readonly SideChat _sideChat = new(options.SideChat);
    private IdleCrowd? _crowd;
    private TimeSpan _untilAllOnline;
    private int _online;

    public string Name => "login";

    public string Load => $"{options.Logins} {(options.Reconnect ? "users come back" : "logins")}"
        + (options.LoginsPerSecond is { } rate ? $" at {rate:0.##}/s" : " at once")
        + _sideChat.Load;

    public Counter Unit => Counter.Logins;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require(options.Logins + _sideChat.Connections);
        await _sideChat.PrepareAsync(run, cancellationToken);
        _crowd = new IdleCrowd(run, options.Logins);
        if (!options.Reconnect)
            return;
        run.Say($"logging in {options.Logins} users at {run.Target.Address}");
        await _crowd.LogInAsync(perSecond: null, Stopwatch.GetTimestamp(), areAllDueAtOnce: false, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async Task RunAsync(LoadRun run)
    {
        var chatting = _sideChat.RunAsync(run);
        await run.Clock.WaitUntilAsync(run.Clock.MeasuredFrom);
        var start = Math.Max(run.Clock.MeasuredFrom, Stopwatch.GetTimestamp());
        if (options.Reconnect)
            await _crowd!.DropAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(run.Clock.Stopped);
        end.CancelAfter(run.Clock.Duration);
        await _crowd!.LogInAsync(options.LoginsPerSecond, start, areAllDueAtOnce: true, end.Token);
        _untilAllOnline = Stopwatch.GetElapsedTime(start);
        await chatting;
        _online = _crowd.Clients.Count(client => !client.Connection.IsClosing);
    }

    public async Task<ScenarioResult> FinishAsync(LoadRun run)
    {
        var chat = await _sideChat.FinishAsync(run);
        List<Check> checks =
        [
            .. chat.Checks,
            new("online_at_the_end", _online, CheckRule.MustNotBeZero),
            new("not_online_at_the_end", options.Logins - _online, CheckRule.MustBeZero),
            new("milliseconds_until_all_online", (long)_untilAllOnline.TotalMilliseconds, CheckRule.Information),
        ];
        return new ScenarioResult(checks, chat.Schedule);
    }
}
