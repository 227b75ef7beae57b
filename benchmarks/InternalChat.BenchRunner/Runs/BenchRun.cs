using System.Diagnostics;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Micro;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.Runs;

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

        foreach (var remark in Wording.Remarks(scenario))
            output.WriteLine($"  {remark}");
    }
}

/// <summary>One working tree that is being measured, and what was found so far.</summary>
internal sealed class SubjectRun
{
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private readonly long _timestamp = Stopwatch.GetTimestamp();
    private readonly SystemLoad _before = SystemLoad.Take();
    private readonly HostFacts _host;

    private SubjectRun(Repository subject, ResultFolder folder, HostFacts host)
    {
        Subject = subject;
        Folder = folder;
        _host = host;
    }

    internal Repository Subject { get; }

    internal ResultFolder Folder { get; }

    internal string Label => _host.Commit + (_host.IsDirty ? " with local changes" : "");

    internal List<ScenarioResult> Scenarios { get; } = [];

    internal List<IReadOnlyList<MicroResult>> MicroRounds { get; } = [];

    internal RunResult? Result { get; private set; }

    internal static async Task<SubjectRun> StartAsync(
        Repository subject, string results, string databases, bool isNative, CancellationToken cancellationToken)
    {
        var host = await HostFacts.CollectAsync(subject, databases, isNative, cancellationToken);
        return new SubjectRun(subject, ResultFolder.Create(results, host.Commit, host.IsDirty, DateTimeOffset.UtcNow), host);
    }

    internal void Write(string command, bool isComplete)
    {
        var after = SystemLoad.Take();
        Result = new RunResult
        {
            Started = _started,
            Seconds = Math.Round(Stopwatch.GetElapsedTime(_timestamp).TotalSeconds),
            Command = command,
            IsComplete = isComplete,
            Host = _host,
            Machine = new MachineFacts(_before.LoadAverage, after.LoadAverage, Math.Round(after.StolenPercentSince(_before), 2)),
            Micro = BenchmarkProgram.Merge(MicroRounds),
            Scenarios = Scenarios,
        };
        Folder.Write(Result);
    }
}

/// <summary>What is to be measured, and how.</summary>
internal sealed record RunRequest
{
    /// <summary>As it was typed, for the results.</summary>
    public required string Command { get; init; }

    /// <summary>Names of scenarios, empty for all that are not too long; null for no scenarios.</summary>
    public IReadOnlyList<string>? Scenarios { get; init; }

    /// <summary>Part of a name or a pattern; null for no micro benchmarks.</summary>
    public string? MicroFilter { get; init; }

    /// <summary>For BenchmarkDotNet.</summary>
    public IReadOnlyList<string> MicroOptions { get; init; } = [];

    public bool IsQuick { get; init; }

    public bool IsHeavy { get; init; }

    /// <summary>The server is the native program that operators install.</summary>
    public bool IsNative { get; init; }

    public int Rounds { get; init; } = 1;

    /// <summary>The folder below which databases lie while they are needed.</summary>
    public required string Databases { get; init; }
}
