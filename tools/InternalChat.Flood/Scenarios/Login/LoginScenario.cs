using System.Diagnostics;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Login;

/// <summary>A storm of logins, of users who were dropped at once or who come for the first time. Nobody leaves.</summary>
/// <param name="options">How many, and how fast.</param>
/// <param name="reconnect">Whether they are online first, and dropped.</param>
internal sealed class LoginScenario(LoginOptions options, bool reconnect) : IScenario
{
    private readonly SideChat _sideChat = new(options.SideChat);
    private IdleCrowd? _crowd;
    private Task _staying = Task.CompletedTask;
    private TimeSpan _untilAllOnline;
    private int _online;

    public string Name => "login";

    public string Load => $"{options.Users} {(reconnect ? "users come back" : "logins")}{options.Pace}{_sideChat.Load}";

    public Counter Unit => Counter.Logins;

    public async Task PrepareAsync(LoadRun run, CancellationToken cancellationToken)
    {
        OpenFileLimit.Require(options.Users + _sideChat.Connections);
        await _sideChat.PrepareAsync(run, cancellationToken);
        _crowd = new IdleCrowd(run, options.Users);
        if (!reconnect)
            return;
        run.Say($"logging in {options.Users} users at {run.Target.Address}");
        await _crowd.LogInAllAsync(cancellationToken);
    }

    public async Task RunAsync(LoadRun run)
    {
        var chatting = _sideChat.RunAsync(run);
        await run.Clock.WaitUntilAsync(run.Clock.MeasuredFrom);
        var start = Math.Max(run.Clock.MeasuredFrom, Stopwatch.GetTimestamp());
        if (reconnect)
            await _crowd!.DropAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(run.Clock.Stopped);
        end.CancelAfter(run.Clock.Duration);
        var logins = Enumerable.Range(0, options.Users).Select(number => new LoginTurn(_crowd!, number, end.Token)).ToArray();
        if (options.Rate is { } rate)
            await PaceAsync(logins, rate, run);
        else
            await Task.WhenAll(logins.Select(login => login.TakeAsync(start)));
        _untilAllOnline = Stopwatch.GetElapsedTime(start);
        // Whoever chats beside has a load of its own, which ends by itself where its connections are gone.
        if (_sideChat.Connections == 0)
            _staying = run.Clock.StopAfterAsync(_crowd!.Stays);
        await chatting;
        _online = _crowd!.CountOnline();
    }

    public async Task<IReadOnlyList<Check>> FinishAsync(LoadRun run)
    {
        await _staying;
        return
        [
            .. await _sideChat.FinishAsync(run),
            new("online_at_the_end", _online, CheckRule.MustNotBeZero),
            new("not_online_at_the_end", options.Users - _online, CheckRule.MustBeZero),
            .. _online == options.Users
                ? [new Check("milliseconds_until_all_online", (long)_untilAllOnline.TotalMilliseconds, CheckRule.Information)]
                : Array.Empty<Check>(),
        ];
    }

    private static async Task PaceAsync(LoginTurn[] logins, SendRate rate, LoadRun run)
    {
        await OpenLoopPacer.RunAsync(run, logins, rate, rate.OnceEach(run.Clock, logins.Length));
        await Task.WhenAll(logins.Select(login => login.Taken));
    }
}

/// <summary>What <see cref="LoginScenario"/> and <see cref="ComeAndGoScenario"/> are to do.</summary>
/// <param name="Users">How many log in.</param>
/// <param name="Rate">Logins over all of them; null for all at once, or each as often as it can where they leave again.</param>
/// <param name="SideChat">Other users who chat meanwhile; null for none.</param>
internal sealed record LoginOptions(int Users, SendRate? Rate, MessageOptions? SideChat)
{
    /// <summary>For people.</summary>
    internal string Pace => Rate is null ? " at once" : $" at {Rate}";
}

/// <summary>The one login of a user of the crowd.</summary>
internal sealed class LoginTurn(IdleCrowd crowd, int number, CancellationToken cancellationToken) : IPacedClient
{
    public int Unanswered => 0;

    /// <summary>Complete when it has logged in, or was never told to.</summary>
    internal Task Taken { get; private set; } = Task.CompletedTask;

    /// <param name="dueAt">In Stopwatch ticks.</param>
    internal Task TakeAsync(long dueAt) => crowd.LogInAsync(number, dueAt, cancellationToken);

    public void Append(in SendTimes times)
    {
        // Not on the thread of the pacer, which has others to send.
        var dueAt = times.IntendedAt;
        Taken = Task.Run(() => TakeAsync(dueAt), CancellationToken.None);
    }

    public ValueTask FlushAsync() => ValueTask.CompletedTask;
}
