using System.CommandLine;
using InternalChat.BenchRunner.Comparison;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Results;
using InternalChat.BenchRunner.Runs;

namespace InternalChat.BenchRunner.CommandLine;

/// <summary><c>compare</c>: two result folders, or two commits that are measured in turns.</summary>
internal static class CompareCommand
{
    private const int RoundsOfCommits = 3;
    private const string DefaultScenario = "saturate";

    internal static Command Create(string[] typed, TextWriter output)
    {
        var before = new Argument<string>("A") { Description = "A result folder or a commit" };
        var after = new Argument<string>("B") { Description = "Another of the same kind" };
        var scenarios = new Option<string[]>("--flood")
        {
            HelpName = "SCENARIO",
            Description = $"Commits: scenarios to run, {DefaultScenario} if neither this nor --micro is given",
            AllowMultipleArgumentsPerToken = true,
        };
        var micro = new Option<string?>("--micro") { HelpName = "FILTER", Description = "Commits: micro benchmarks to run" };
        var command = new Command("compare", "Ratios between two result folders, or two commits that are built and measured in turns")
        {
            before, after, scenarios, micro,
        };
        var options = new RunOptions(RoundsOfCommits);
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var filter = parsed.GetValue(micro);
            var names = parsed.GetValue(scenarios) ?? [];
            var request = options.Read(parsed, typed) with
            {
                MicroFilter = filter,
                Scenarios = names.Length > 0 ? names : filter is null ? [DefaultScenario] : null,
            };
            return RunAsync(parsed.GetRequiredValue(before), parsed.GetRequiredValue(after), request, output, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(string a, string b, RunRequest request, TextWriter output, CancellationToken cancellationToken)
    {
        var own = Repository.Own();
        var (before, after) = (ResultFolder.Find(a, own.Results), ResultFolder.Find(b, own.Results));
        if (before is null != after is null)
            throw new UsageException($"'{(before is null ? b : a)}' is a result folder, '{(before is null ? a : b)}' is not");
        if (before is null || after is null)
        {
            var runs = await CommitComparison.RunAsync(own, a, b, request, output, cancellationToken);
            (before, after) = (runs[0].Result, runs[1].Result);
            output.WriteLine($"results are in {runs[0].Folder} and {runs[1].Folder}\n");
        }

        var rows = RunComparison.Compare(before, after);
        if (rows.Count == 0)
            throw new BenchException("the two have no figure in common");
        output.Write(ComparisonTable.Create(Label(a, before), Label(b, after), rows, RunComparison.Differences(before, after)));
        return 0;
    }

    private static string Label(string asked, RunResult result) => $"{asked} ({Wording.Summary(result)})";
}

/// <summary><c>publish</c>: a run becomes the one that <c>docs/benchmarks.md</c> shows.</summary>
internal static class PublishCommand
{
    internal static Command Create(TextWriter output)
    {
        var results = new Argument<string?>("results")
        {
            Description = "A result folder; without it the page is written anew from the run that it shows, as after a change of goals",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("publish", "Writes the figures of a run into docs/benchmarks.md and docs/benchmarks/results.json")
        {
            results,
        };
        command.SetAction(parsed =>
        {
            var own = Repository.Own();
            var published = new PublishedFigures(own);
            if (parsed.GetValue(results) is { } folder)
            {
                published.Replace(
                    ResultFolder.Find(folder, own.Results) ?? throw new UsageException($"'{folder}' is not a result folder"));
            }

            File.WriteAllText(published.Page, published.Render());
            output.WriteLine($"the figures of {Wording.Summary(published.Read())} are in {Path.GetRelativePath(own.Root, published.Page)}");
            return 0;
        });
        return command;
    }
}
