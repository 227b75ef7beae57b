using System.CommandLine;
using InternalChat.Client;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios;

namespace InternalChat.Flood.Options;

/// <summary>A subcommand for one scenario: says which options it has and makes the scenario from them. The rest is the same for all.</summary>
/// <param name="name">What users type.</param>
/// <param name="description">One line for the help.</param>
/// <param name="timing">Null for a scenario that has no warm-up and ends by itself.</param>
internal abstract class ScenarioCommand(string name, string description, Timing? timing)
{
    private readonly CommonOptions _common = new(timing);

    internal Command Create(TextWriter output, TextWriter errors)
    {
        var command = new Command(name, description);
        AddOptions(command);
        _common.AddTo(command);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, output, errors, cancellationToken));
        return command;
    }

    /// <summary>Adds the scenario's own options and validators.</summary>
    protected abstract void AddOptions(Command command);

    protected abstract IScenario Read(ParseResult parsed);

    private async Task<int> RunAsync(ParseResult parsed, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        var options = _common.Read(parsed);
        try
        {
            var runner = new ScenarioRunner(options, RunOutputs.Observers(options.Outputs, errors), RunOutputs.Judges(options.Outputs));
            var report = await runner.RunAsync(Read(parsed), cancellationToken);
            foreach (var form in RunOutputs.Reports(options.Outputs, output))
                await form.WriteAsync(report);
            return report.IsClean ? ExitStatus.Success : ExitStatus.Failure;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("flood: ended before the load began");
        }
        catch (Exception exception) when (exception is ChatException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"flood: {exception.Message}");
        }

        return ExitStatus.Failure;
    }
}
