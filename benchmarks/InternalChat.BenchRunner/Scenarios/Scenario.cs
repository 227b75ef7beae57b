using System.Text.Json;
using System.Text.Json.Serialization;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Processes;

namespace InternalChat.BenchRunner.Scenarios;

/// <summary>One load against a server process of its own, and what is to be read off it: an entry of <c>scenarios.json</c>.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>What the server is told beside its port and database.</summary>
    public string Server { get; init; } = "";

    /// <summary>The server gets a certificate, and the load tool is told to trust it.</summary>
    public bool Tls { get; init; }

    /// <summary>Takes minutes or gigabytes: runs only when asked for.</summary>
    public bool Heavy { get; init; }

    /// <summary>Belongs to the everyday run.</summary>
    public bool Quick { get; init; } = true;

    /// <summary>Reads the runtime's counters of the server.</summary>
    public bool Counters { get; init; }

    /// <summary>Measured time of a full run, in whole seconds.</summary>
    public string Duration { get; init; } = "10s";

    /// <summary>Load before that, in whole seconds.</summary>
    public string WarmUp { get; init; } = "3s";

    /// <summary>What the database holds before; empty if not given.</summary>
    public PreparedDatabase? Database { get; init; }

    public required IReadOnlyList<ScenarioStep> Steps { get; init; }

    public required IReadOnlyList<ScenarioFigure> Figures { get; init; }

    /// <summary>The page in <c>docs/benchmarks/</c> that tells what stands behind the figures.</summary>
    public string Page { get; init; } = "";

    /// <summary>The same with <c>{warmup}</c> and <c>{duration}</c> replaced by how long they last.</summary>
    internal Scenario Timed(bool isQuick)
    {
        var (warmUp, duration) = isQuick ? ("1s", "3s") : (WarmUp, Duration);
        return this with
        {
            Duration = duration,
            WarmUp = warmUp,
            Steps =
            [
                .. Steps.Select(step => step with
                {
                    Flood = step.Flood?.Replace("{warmup}", warmUp, StringComparison.Ordinal)
                        .Replace("{duration}", duration, StringComparison.Ordinal),
                }),
            ],
        };
    }
}

/// <summary>A database made before the server starts.</summary>
internal sealed record PreparedDatabase(long Messages, int Conversations);

/// <summary>One of: a run of the load tool, a restart of the server, the same load on a peer.</summary>
internal sealed record ScenarioStep
{
    /// <summary>Stands before the step's figures, with a dot; none if there is one step.</summary>
    public string Name { get; init; } = "";

    /// <summary>Arguments of the load tool. <c>{warmup}</c>, <c>{duration}</c> and <c>{certificate}</c> (a file) are filled in.</summary>
    public string? Flood { get; init; }

    /// <summary>The next steps run meanwhile; the scenario ends when it has.</summary>
    public bool Background { get; init; }

    /// <summary>In whole seconds; the next steps begin so long after one in the background, which first makes its accounts.</summary>
    public string HeadStart { get; init; } = "0s";

    public ServerRestart? Restart { get; init; }

    public PeerLoad? Redis { get; init; }
}

/// <summary>A number that a reader of the results wants to see, and what it should be.</summary>
internal sealed record ScenarioFigure
{
    public required string Name { get; init; }

    public required string Unit { get; init; }

    /// <summary>
    /// Where it is found: the path in the load tool's JSON, after the step's name; or <c>server.…</c> for what is seen from outside.
    /// </summary>
    public required string From { get; init; }

    /// <summary>What the found number is multiplied with, to be in <see cref="Unit"/>.</summary>
    public double Scale { get; init; } = 1;

    public double? AtLeast { get; init; }

    public double? AtMost { get; init; }

    /// <summary>Another path, whose number is a limit in the same run.</summary>
    public string? NoWorseThan { get; init; }

    public bool HasGoal => AtLeast is not null || AtMost is not null || NoWorseThan is not null;

    /// <summary>Which way is better, if no limit says it.</summary>
    public Direction? Better { get; init; }

    /// <summary>The strictest of what is asked for; null for nothing.</summary>
    /// <param name="other">The number of <see cref="NoWorseThan"/>, if it is known.</param>
    internal double? Limit(double? other)
    {
        double[] limits = [.. new[] { AtLeast, AtMost, other }.OfType<double>()];
        return limits.Length == 0 ? null : BetterDirection == Direction.More ? limits.Max() : limits.Min();
    }

    public Direction BetterDirection => Better ?? (AtLeast is null ? Direction.Less : Direction.More);
}

/// <summary>Which of two numbers is the better one.</summary>
internal enum Direction
{
    Less,
    More,
}

/// <summary>Reads <c>benchmarks/scenarios.json</c>, the one place that says which loads there are.</summary>
internal static class ScenarioFile
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <exception cref="BenchException">The file is missing or says what nobody understands.</exception>
    internal static IReadOnlyList<Scenario> Read(string path)
    {
        try
        {
            var file = JsonSerializer.Deserialize<Content>(File.ReadAllText(path), Format)!;
            return file.Scenarios;
        }
        catch (Exception exception) when (exception is JsonException or IOException)
        {
            throw new BenchException($"{path}: {exception.Message}");
        }
    }

    /// <summary>
    /// Those with these names, in the file's order; all that the options allow if no name is given. Their times are filled in.
    /// </summary>
    /// <exception cref="UsageException">A name is unknown.</exception>
    internal static IReadOnlyList<Scenario> Select(IReadOnlyList<Scenario> all, IReadOnlyCollection<string> names, bool quick, bool heavy)
    {
        if (names.FirstOrDefault(name => all.All(scenario => scenario.Name != name)) is { } unknown)
            throw new UsageException($"there is no scenario '{unknown}': {string.Join(", ", all.Select(scenario => scenario.Name))}");
        return
        [
            .. all.Where(scenario => names.Count > 0
                ? names.Contains(scenario.Name)
                : (heavy || !scenario.Heavy) && (!quick || scenario.Quick)).Select(scenario => scenario.Timed(quick)),
        ];
    }

    private sealed record Content(IReadOnlyList<Scenario> Scenarios);
}
