using System.CommandLine;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Micro;
using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.CommandLine;

/// <summary>The command line of <c>run-bench.sh</c>. Wrong usage is one line on standard error and exit status 2.</summary>
internal static class BenchCommand
{
    private const int Failure = 1;
    private const int WrongUsage = 2;

    private const string Description = """
        Builds Release, runs the benchmarks, and writes benchmarks/results/<date>-<commit>/ as Markdown, JSON and one HTML page.

          ./run-bench.sh                        every micro suite, a short job each
          ./run-bench.sh Framing                one suite; what follows goes to BenchmarkDotNet (--job medium)
          ./run-bench.sh flood                  every scenario against the real server; or name some
          ./run-bench.sh --quick                everything, for every day
          ./run-bench.sh all --repeat 3         everything, for figures that are published
          ./run-bench.sh --list                 which suites and scenarios there are
          ./run-bench.sh --compare main HEAD    two commits, measured in turns; or two result folders
          ./run-bench.sh publish FOLDER         a run's figures become those of docs/benchmarks.md

        Exit status: 0 all was measured; 1 something failed; 2 wrong usage.
        """;

    // What was started is ended and what was found is written.
    private static readonly TimeSpan TimeToWindUp = TimeSpan.FromSeconds(60);

    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand(Description)
        {
            ListCommand.Create(output),
            MeasureCommands.CreateMicro(arguments, output),
            MeasureCommands.CreateFlood(arguments, output),
            MeasureCommands.CreateAll(arguments, output),
            CompareCommand.Create(arguments, output),
            PublishCommand.Create(output),
            GenerateCommand.Create(output),
        };
        var parsed = root.Parse(Shortcuts.Expand(arguments, root.Subcommands.Select(command => command.Name)));
        if (parsed.Errors is [var error, ..])
        {
            await errors.WriteLineAsync($"run-bench.sh: {error.Message.ReplaceLineEndings(" ")} (--help tells more)");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = errors,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeToWindUp,
            });
        }
        catch (BenchException exception)
        {
            await errors.WriteLineAsync($"run-bench.sh: {exception.Message}");
            return exception is UsageException ? WrongUsage : Failure;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync($"run-bench.sh: ended early; what was found by then is in {Repository.Own().Results}");
            return Failure;
        }
    }
}

/// <summary>What may be typed shorter: a bare name is a filter of the micro benchmarks.</summary>
internal static class Shortcuts
{
    /// <param name="arguments">As they were typed.</param>
    /// <param name="commands">The names of the subcommands.</param>
    internal static string[] Expand(string[] arguments, IEnumerable<string> commands) => arguments switch
    {
        [] => ["micro"],
        ["--list"] => ["list"],
        ["--compare", .. var rest] => ["compare", .. rest],
        ["--quick", ..] => ["all", .. arguments],
        [['-', ..], ..] => arguments,
        [var first, ..] when commands.Contains(first) => arguments,
        _ => ["micro", .. arguments],
    };
}

/// <summary><c>list</c>: what can be measured.</summary>
internal static class ListCommand
{
    internal static Command Create(TextWriter output)
    {
        var command = new Command("list", "Which suites and scenarios there are");
        command.SetAction((_, cancellationToken) => RunAsync(Repository.Own(), output, cancellationToken));
        return command;
    }

    private static async Task RunAsync(Repository own, TextWriter output, CancellationToken cancellationToken)
    {
        await own.BuildFloodAsync(cancellationToken);
        await own.BuildBenchmarksAsync(cancellationToken);
        output.WriteLine("Scenarios (./run-bench.sh flood NAME…)");
        var subcommands = await FloodProgram.SubcommandsAsync(own.FloodProgram, cancellationToken);
        foreach (var scenario in ScenarioFile.Read(own.ScenarioFile))
        {
            var remarks = new List<string>();
            if (scenario.Heavy)
                remarks.Add("only with --heavy or by name");
            else if (!scenario.Quick)
                remarks.Add("not with --quick");
            remarks.AddRange(scenario.Steps.Where(step => step.Flood is not null).Select(step => step.Flood!.Split(' ')[0]).Distinct()
                .Where(subcommand => !subcommands.Contains(subcommand))
                .Select(subcommand => $"the load tool has no '{subcommand}' yet"));
            output.WriteLine($"  {scenario.Name,-18}{scenario.Title}{(remarks.Count > 0 ? $" ({string.Join("; ", remarks)})" : "")}");
        }

        output.WriteLine();
        output.WriteLine("Suites (./run-bench.sh micro NAME)");
        var names = await new BenchmarkProgram(own, "*", []).ListAsync(cancellationToken);
        // Namespace.Suite.Benchmark(parameters)
        foreach (var suite in names.Select(name => name.Split('(')[0].Split('.')).GroupBy(parts => parts[^2]))
            output.WriteLine($"  {suite.Key,-30}{string.Join(", ", suite.Select(parts => parts[^1]).Distinct())}");
    }
}
