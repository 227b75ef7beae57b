using System.CommandLine;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Micro;
using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.CommandLine;

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
