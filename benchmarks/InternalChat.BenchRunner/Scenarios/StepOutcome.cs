namespace InternalChat.BenchRunner.Scenarios;

/// <summary>What one step of a scenario found.</summary>
internal sealed record StepOutcome(ScenarioStatus Status, string Reason, Dictionary<string, double> Numbers)
{
    internal static StepOutcome Of(Dictionary<string, double> numbers) => new(ScenarioStatus.Measured, "", numbers);

    internal static StepOutcome Unavailable(string reason) => new(ScenarioStatus.Unavailable, reason, []);

    /// <summary>The same, with the step's name before each number's path.</summary>
    internal StepOutcome Under(string step) => step.Length == 0
        ? this
        : this with { Numbers = Numbers.ToDictionary(entry => $"{step}.{entry.Key}", entry => entry.Value, StringComparer.Ordinal) };
}
