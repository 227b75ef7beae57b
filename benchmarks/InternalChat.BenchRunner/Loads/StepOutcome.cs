namespace InternalChat.BenchRunner.Loads;

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

/// <summary>How a scenario, or one round of it, went.</summary>
internal enum ScenarioStatus
{
    Measured,

    /// <summary>Something went wrong: the load tool said so, or the server ended. Figures, if there are any, mean nothing.</summary>
    Failed,

    /// <summary>The load tool, or the peer, is not able to do that here.</summary>
    Unavailable,
}
