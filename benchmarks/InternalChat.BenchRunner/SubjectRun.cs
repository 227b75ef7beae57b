using System.Diagnostics;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Micro;
using InternalChat.BenchRunner.Results;

namespace InternalChat.BenchRunner;

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
