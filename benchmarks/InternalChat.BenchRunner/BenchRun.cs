using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Micro;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner;

/// <summary>
/// Measures one or more working trees under the same request and writes a result folder for each. Their rounds are interleaved, A B A B…,
/// so that a machine that gets slower or busier does so for all of them.
/// </summary>
internal sealed class BenchRun(Repository tools, RunRequest request, TextWriter output)
{
    /// <param name="subjects">What is measured; the load tool and the scenarios are this program's own in any case.</param>
    /// <param name="cancellationToken">Ends the run; what was found by then is written.</param>
    /// <returns>For each subject its results and their folder.</returns>
    internal async Task<IReadOnlyList<(RunResult Result, string Folder)>> RunAsync(
        IReadOnlyList<Repository> subjects, CancellationToken cancellationToken)
    {
        var scenarios = request.Scenarios is { } names
            ? ScenarioFile.Select(ScenarioFile.Read(tools.ScenarioFile), names, request.IsQuick, request.IsHeavy)
            : [];
        await BuildAsync(subjects, scenarios.Count > 0, cancellationToken);
        if (request.MicroFilter is { } filter)
            await new BenchmarkProgram(subjects[0], filter, request.MicroOptions).ListAsync(cancellationToken);

        var databases = Directory.CreateDirectory(Path.Combine(request.Databases, $"internalchat-bench-{Environment.ProcessId}")).FullName;
        try
        {
            var runs = new List<SubjectRun>();
            foreach (var subject in subjects)
                runs.Add(await SubjectRun.StartAsync(subject, tools.Results, databases, request.IsNative, cancellationToken));
            var isComplete = false;
            try
            {
                await MeasureScenariosAsync(runs, scenarios, databases, cancellationToken);
                await MeasureMicroAsync(runs, cancellationToken);
                isComplete = true;
            }
            finally
            {
                foreach (var run in runs)
                    run.Write(request.Command, isComplete);
            }

            return [.. runs.Select(run => (run.Result!, run.Folder.Path))];
        }
        finally
        {
            Directory.Delete(databases, recursive: true);
        }
    }

    private async Task BuildAsync(IReadOnlyList<Repository> subjects, bool hasScenarios, CancellationToken cancellationToken)
    {
        foreach (var subject in subjects)
        {
            output.WriteLine($"building {(await subject.StateAsync(cancellationToken)).Commit}");
            if (hasScenarios && request.IsNative)
                await subject.BuildNativeServerAsync(cancellationToken);
            else if (hasScenarios)
                await subject.BuildServerAsync(cancellationToken);
            if (request.MicroFilter is not null)
                await subject.BuildBenchmarksAsync(cancellationToken);
        }

        if (hasScenarios)
            await tools.BuildFloodAsync(cancellationToken);
    }

    private async Task MeasureScenariosAsync(
        IReadOnlyList<SubjectRun> runs, IReadOnlyList<Scenario> scenarios, string databases, CancellationToken cancellationToken)
    {
        foreach (var scenario in scenarios)
        {
            var outcomes = runs.Select(_ => new List<ScenarioOutcome>()).ToArray();
            for (var round = 1; round <= request.Rounds; round++)
            {
                foreach (var (index, run) in runs.Index())
                {
                    output.WriteLine($"{scenario.Name}: {scenario.Title} ({run.Label}, round {round} of {request.Rounds})");
                    var server = request.IsNative ? run.Subject.NativeServerProgram : run.Subject.ServerProgram;
                    var runner = new ScenarioRunner(server, tools, databases, run.Folder.Records);
                    outcomes[index].Add(await runner.RunAsync(scenario, round, cancellationToken));
                }

                if (outcomes.All(rounds => rounds[^1].Status == ScenarioStatus.Unavailable))
                    break;
            }

            foreach (var (index, run) in runs.Index())
            {
                var result = ScenarioSummary.Create(scenario, outcomes[index]);
                run.Scenarios.Add(result);
                Show(result, run.Label);
            }
        }
    }

    private async Task MeasureMicroAsync(IReadOnlyList<SubjectRun> runs, CancellationToken cancellationToken)
    {
        if (request.MicroFilter is not { } filter)
            return;
        for (var round = 1; round <= request.Rounds; round++)
        {
            foreach (var run in runs)
            {
                var artifacts = Path.Combine(run.Folder.Records, $"micro-{round}");
                var program = new BenchmarkProgram(run.Subject, filter, request.MicroOptions);
                run.MicroRounds.Add(await program.RunAsync(artifacts, cancellationToken));
            }
        }
    }

    private void Show(ScenarioResult scenario, string label)
    {
        output.WriteLine($"{scenario.Name} of {label}:");
        foreach (var figure in scenario.Figures.Where(figure => figure.Value is not null))
        {
            var judged = $"{Wording.Limit(figure)} {Wording.Verdict(figure)}";
            output.WriteLine($"  {figure.Name,-34}{Wording.Value(figure),18}   {judged}".TrimEnd());
        }

        foreach (var remark in new[] { Wording.Status(scenario), Wording.Noise(scenario.Quiet) }.Where(remark => remark.Length > 0))
            output.WriteLine($"  {remark}");
    }
}
