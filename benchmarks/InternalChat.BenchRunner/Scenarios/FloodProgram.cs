using System.Globalization;
using System.Text.Json;
using InternalChat.BenchRunner.Processes;

namespace InternalChat.BenchRunner.Scenarios;

/// <summary>Runs the load tool and reads its report.</summary>
internal static class FloodProgram
{
    private const int WrongUsage = 2;

    /// <param name="program">The load tool's assembly.</param>
    /// <param name="arguments">Scenario and load.</param>
    /// <param name="server">The target.</param>
    /// <param name="record">Path without extension, for what it prints and for its report.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<StepOutcome> RunAsync(
        string program, IEnumerable<string> arguments, MeasuredServer server, string record, CancellationToken cancellationToken)
    {
        var report = record + ".json";
        var run = await ProgramOutput.OfAsync(
            DotNet.Program,
            [
                program, .. arguments, "--target", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.Port}"),
                "--server-pid", server.Id.ToString(CultureInfo.InvariantCulture), "--json", report,
            ],
            cancellationToken);
        await File.WriteAllTextAsync(record + ".txt", run.Output + run.Error, cancellationToken);
        if (run.ExitCode == WrongUsage)
            return StepOutcome.Unavailable($"the load tool cannot do that yet: {LastLine(run.Error)}");
        var numbers = File.Exists(report) ? Read(await File.ReadAllTextAsync(report, cancellationToken)) : [];
        return run.ExitCode == 0
            ? StepOutcome.Of(numbers)
            : new StepOutcome(ScenarioStatus.Failed, $"exit status {run.ExitCode}: {LastLine(run.Output + run.Error)}", numbers);
    }

    /// <summary>Whether the load tool knows a subcommand.</summary>
    internal static async Task<bool> KnowsAsync(string program, string subcommand, CancellationToken cancellationToken) =>
        (await ProgramOutput.OfAsync(DotNet.Program, [program, subcommand, "--help"], cancellationToken)).ExitCode == 0;

    private static Dictionary<string, double> Read(string report)
    {
        try
        {
            return JsonNumbers.Read(report);
        }
        catch (JsonException)
        {
            // It was ended while it wrote; its exit status tells.
            return [];
        }
    }

    private static string LastLine(string text) => text.TrimEnd().Split('\n')[^1].Trim();
}
