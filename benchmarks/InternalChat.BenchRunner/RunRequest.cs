namespace InternalChat.BenchRunner;

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
