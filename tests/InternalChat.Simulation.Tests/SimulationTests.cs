using System.Diagnostics;
using System.Globalization;
using Xunit.Sdk;

namespace InternalChat.Simulation.Tests;

/// <summary>The engine under some thousand seeds, or as many as are asked for. docs/simulation.md says how to read a failure.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int SeedsInContinuousIntegration = 3_000;

    /// <summary>
    /// SIMULATION_SEED replays one seed; SIMULATION_SEEDS, SIMULATION_FIRST_SEED and SIMULATION_MINUTES bound a longer search.
    /// </summary>
    [Fact]
    public void The_engine_keeps_its_promises_under_every_seed()
    {
        if (Setting("SIMULATION_SEED") is { } only)
        {
            var replay = Replay(only);
            output.WriteLine($"The trace is in {Keep(only, replay)}");
            Assert.Null(replay.Violation);
            return;
        }

        var (first, count) = (Setting("SIMULATION_FIRST_SEED") ?? 1, Setting("SIMULATION_SEEDS") ?? SeedsInContinuousIntegration);
        var limit = TimeSpan.FromMinutes(Setting("SIMULATION_MINUTES") ?? 24 * 60);
        var watch = Stopwatch.StartNew();
        var (seeds, commands, crashes, steps) = (0, 0L, 0L, 0L);
        for (var seed = first; seed < first + count && watch.Elapsed < limit; seed++)
        {
            var simulation = new Simulation(seed);
            simulation.Run();
            seeds++;
            commands += simulation.Commands;
            crashes += simulation.Crashes;
            steps += simulation.Steps;
            if (simulation.Violation is not null)
                throw new XunitException(Describe(seed, simulation, seeds, commands));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{seeds} seeds, {commands} commands, {crashes} crashes, {steps} steps in {watch.Elapsed}"));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void A_seed_always_runs_the_same_way(int seed) => Assert.Equal(Replay(seed).TraceLines, Replay(seed).TraceLines);

    private static Simulation Replay(int seed)
    {
        var simulation = new Simulation(seed, isTraced: true);
        simulation.Run();
        return simulation;
    }

    private static string Describe(int seed, Simulation simulation, int seeds, long commands)
    {
        var replay = Replay(seed);
        var end = string.Join('\n', replay.TraceLines.TakeLast(40));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            Seed {seed} breaks a promise, after {seeds} seeds and {commands} commands:
            {simulation.Violation}
            Again: SIMULATION_SEED={seed} dotnet test --project tests/InternalChat.Simulation.Tests
            The trace is in {Keep(seed, replay)}, and ends:
            {end}
            """);
    }

    private static string Keep(int seed, Simulation replay)
    {
        var path = Path.Combine(Path.GetTempPath(), $"simulation-{seed}.txt");
        File.WriteAllLines(path, replay.TraceLines);
        return path;
    }

    private static int? Setting(string name)
    {
        var text = Environment.GetEnvironmentVariable(name);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }
}
