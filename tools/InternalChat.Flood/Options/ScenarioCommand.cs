using System.CommandLine;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Options;

/// <summary>
/// A subcommand for one scenario: says which options it has and makes the scenario from them. The rest is the same for all.
/// </summary>
/// <param name="name">What users type.</param>
/// <param name="description">One line for the help.</param>
/// <param name="timing">How long it is where nothing is given.</param>
/// <param name="rates">Null for a scenario without an open loop of its own.</param>
internal abstract class ScenarioCommand(string name, string description, Timing timing, RateOptions? rates = null)
{
    private readonly CommonOptions _common = new(timing, rates);

    /// <summary>Of a scenario that has an open loop.</summary>
    protected RateOptions Rates => rates ?? throw new InvalidOperationException($"{name} has no open loop of its own");

    internal Command Create(TextWriter output, TextWriter errors)
    {
        var command = new Command(name, description);
        AddOptions(command);
        _common.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, output, errors, cancellationToken));
        return command;
    }

    /// <summary>Adds the scenario's own options and validators. These must not ask for values, which may be wrong words yet.</summary>
    protected abstract void AddOptions(Command command);

    /// <summary>What makes no sense although each option by itself does: a sentence for each.</summary>
    protected virtual IEnumerable<string> Contradictions(ParseResult parsed) => [];

    protected abstract IScenario Read(ParseResult parsed);

    private async Task<int> RunAsync(ParseResult parsed, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (Contradictions(parsed).FirstOrDefault() is { } problem)
            return await FloodCommand.RefuseAsync(problem, errors);
        var outputs = _common.ReadOutputs(parsed);
        try
        {
            var runner = new ScenarioRunner(_common.Read(parsed), RunOutputs.Observers(outputs, errors), RunOutputs.Judges(outputs));
            var report = await runner.RunAsync(Read(parsed), cancellationToken);
            var isWritten = true;
            foreach (var form in RunOutputs.Reports(outputs, output))
                isWritten &= await TryWriteAsync(form, report, errors);
            return report.IsClean && isWritten ? ExitStatus.Success : ExitStatus.Failure;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("flood: ended before the load began");
            return ExitStatus.Failure;
        }
    }

    /// <summary>A form that cannot be written takes none of the others away.</summary>
    private static async Task<bool> TryWriteAsync(IReportOutput form, RunReport report, TextWriter errors)
    {
        try
        {
            await form.WriteAsync(report);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"flood: {form.Name} cannot be written: {exception.Message}");
            return false;
        }
    }
}
