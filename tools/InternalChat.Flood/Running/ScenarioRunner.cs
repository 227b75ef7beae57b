using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Running;

/// <summary>
/// Runs any scenario: preparation, warm-up, measured time, settling, report. Ctrl-C ends the load early; what is under way is still
/// waited for and reported.
/// </summary>
/// <param name="options">What all scenarios have in common.</param>
/// <param name="observers">See the run while it goes on.</param>
/// <param name="judges">Decide whether it is a success.</param>
internal sealed class ScenarioRunner(RunOptions options, IReadOnlyList<IRunObserver> observers, IReadOnlyList<IRunJudge> judges)
{
    /// <exception cref="ChatException">The load could not be put on.</exception>
    /// <exception cref="OperationCanceledException">Ended before the load began.</exception>
    internal async Task<RunReport> RunAsync(IScenario scenario, CancellationToken cancellationToken)
    {
        using var server = options.ServerPid is { } pid ? Process.GetProcessById(pid) : null;
        using var clock = new RunClock(options.Warmup, options.Parts);
        await using var run = new LoadRun(options.Target, clock, sentence => Tell(observer => observer.OnProgress(sentence)))
        {
            Server = server,
            Stages = options.Stages,
        };
        await run.Connections.ProbeAsync(cancellationToken);
        await scenario.PrepareAsync(run, cancellationToken);

        // The last login may have brought this onto a thread that polls sockets, which must not be held up.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        var startedAt = DateTimeOffset.UtcNow;
        var sampler = new RunSampler(run, server, point => Tell(observer => observer.OnSample(point)));
        await using (cancellationToken.Register(clock.Stop))
        {
            await PutLoadOnAsync(scenario, run, sampler);
        }

        await run.Connections.DisposeAsync();
        return RunReports.Create(scenario, run, sampler, await scenario.FinishAsync(run), startedAt, judges);
    }

    private async Task PutLoadOnAsync(IScenario scenario, LoadRun run, RunSampler sampler)
    {
        Tell(observer => observer.OnBegin(run.Clock.Warmup, run.Clock.Duration));
        run.Clock.Begin();
        var sampling = sampler.RunAsync();
        try
        {
            await scenario.RunAsync(run);
        }
        finally
        {
            run.Clock.Stop();
            await sampling;
            Tell(observer => observer.OnEnd());
        }
    }

    // Sentences come from the scenario, samples from the sampler's thread: observers need not know.
    private void Tell(Action<IRunObserver> what)
    {
        lock (observers)
        {
            foreach (var observer in observers)
                what(observer);
        }
    }
}
