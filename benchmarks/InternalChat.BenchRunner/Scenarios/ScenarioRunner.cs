using InternalChat.BenchRunner.Databases;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Processes;
using InternalChat.TestKit.Certificates;

namespace InternalChat.BenchRunner.Scenarios;

/// <summary>Runs scenarios, each round against a new server process with a new database. One at a time.</summary>
/// <param name="server">What is measured: an assembly, or a native program.</param>
/// <param name="flood">Whose load tool puts on the load.</param>
/// <param name="databases">A folder for the databases, which are removed again.</param>
/// <param name="records">A folder for what the programs print and report.</param>
internal sealed class ScenarioRunner(string server, Repository flood, string databases, string records)
{
    private const int QuietAttempts = 10;
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(1);

    /// <summary>One round. It throws only if nothing can be measured any more.</summary>
    internal async Task<ScenarioOutcome> RunAsync(Scenario scenario, int round, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateDirectory(Path.Combine(databases, $"{scenario.Name}-{round}")).FullName;
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        var samples = new List<ProcessSample>();
        try
        {
            if (scenario.Database is { } prepared)
                DatabaseGenerator.Generate(Path.Combine(folder, "chat.db"), prepared.Messages, prepared.Conversations, cancellationToken);
            var busy = await WaitForQuietAsync(cancellationToken);
            var start = SystemLoad.Take();
            var (status, reason) = await RunStepsAsync(scenario, folder, round, numbers, samples, cancellationToken);
            return new ScenarioOutcome(status, reason, numbers, samples, new MachineQuiet(
                Math.Round(busy, 1), Math.Round(SystemLoad.Take().StolenPercentSince(start), 1)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<(ScenarioStatus Status, string Reason)> RunStepsAsync(
        Scenario scenario,
        string folder,
        int round,
        Dictionary<string, double> numbers,
        List<ProcessSample> samples,
        CancellationToken cancellationToken)
    {
        var certificate = scenario.Tls ? SelfSignedCertificate.Create(folder) : null;
        await using var measured = new MeasuredServer(
            server, Arguments(scenario, folder, certificate), Record(scenario, round, "server.log"), scenario.Counters);
        await measured.StartAsync(cancellationToken);
        numbers["server.startMilliseconds"] = measured.StartTime.TotalMilliseconds;
        var background = new List<Task<StepOutcome>>();
        var outcomes = new List<StepOutcome>();
        foreach (var step in scenario.Steps)
        {
            var running = RunStepAsync(scenario, step, round, folder, certificate, measured, cancellationToken);
            if (step.Background)
            {
                background.Add(running);
                await Task.Delay(Seconds(step.HeadStart), cancellationToken);
            }
            else if (await running is var outcome)
                outcomes.Add(outcome);
            if (outcomes is [.., { Status: ScenarioStatus.Unavailable }])
                break;
        }

        outcomes.AddRange(await Task.WhenAll(background));
        foreach (var outcome in outcomes)
        {
            foreach (var (path, value) in outcome.Numbers)
                numbers[path] = value;
        }

        await measured.FinishAsync(numbers, samples);
        return outcomes.Where(outcome => outcome.Status != ScenarioStatus.Measured).Select(outcome => (outcome.Status, outcome.Reason))
            .FirstOrDefault((ScenarioStatus.Measured, ""));
    }

    private async Task<StepOutcome> RunStepAsync(
        Scenario scenario,
        ScenarioStep step,
        int round,
        string folder,
        SelfSignedCertificate? certificate,
        MeasuredServer measured,
        CancellationToken cancellationToken)
    {
        if (step.Redis is { } load)
        {
            var (warmUp, duration) = (Seconds(scenario.WarmUp), Seconds(scenario.Duration));
            return (await RedisStreams.RunAsync(load, warmUp, duration, folder, cancellationToken)).Under(step.Name);
        }

        if (step.Restart is { } restart)
        {
            var time = await measured.RestartAsync(restart, cancellationToken);
            return StepOutcome.Of(new() { ["startMilliseconds"] = time.TotalMilliseconds }).Under(step.Name);
        }

        var arguments = step.Flood!.Replace("{certificate}", certificate?.CertificateFile, StringComparison.Ordinal);
        var record = Record(scenario, round, step.Name.Length == 0 ? "flood" : step.Name);
        var outcome = await FloodProgram.RunAsync(flood.FloodProgram, arguments.Split(' '), measured, record, cancellationToken);
        return outcome.Under(step.Name);
    }

    /// <summary>What ended a moment ago, such as a build, is given time to settle; what others do is not waited for.</summary>
    /// <returns>Share of the processors that worked in the last moment of it, in percent.</returns>
    private static async Task<double> WaitForQuietAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = SystemLoad.Take();
            await Task.Delay(QuietTime, cancellationToken);
            var busy = SystemLoad.Take().BusyPercentSince(before);
            if (busy <= MachineQuiet.BusyLimit || attempt == QuietAttempts)
                return busy;
        }
    }

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(int.Parse(text.TrimEnd('s'), provider: null));

    private string Record(Scenario scenario, int round, string what) => Path.Combine(records, $"{scenario.Name}-{round}-{what}");

    private static string[] Arguments(Scenario scenario, string folder, SelfSignedCertificate? certificate) =>
    [
        "--db-path", Path.Combine(folder, "chat.db"), "--rate-limit", "off",
        "--password-iterations", "1000",
        .. certificate is null ? Array.Empty<string>() : ["--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile],
        .. scenario.Server.Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ];
}

/// <summary>What one round of a scenario found.</summary>
/// <param name="Status">How it went.</param>
/// <param name="Reason">Why it was not measured; else empty.</param>
/// <param name="Numbers">By path: what the steps reported, and <c>server.…</c>.</param>
/// <param name="Samples">The server, once a second.</param>
/// <param name="Quiet">The machine meanwhile.</param>
internal sealed record ScenarioOutcome(
    ScenarioStatus Status,
    string Reason,
    IReadOnlyDictionary<string, double> Numbers,
    IReadOnlyList<ProcessSample> Samples,
    MachineQuiet Quiet);

/// <summary>Whether others worked on the machine.</summary>
/// <param name="BusyPercentBefore">Share of the processors that worked in the moment before, when nothing of ours ran.</param>
/// <param name="StolenPercent">Share of the processors that the hypervisor gave to other machines meanwhile.</param>
internal sealed record MachineQuiet(double BusyPercentBefore, double StolenPercent)
{
    /// <summary>In percent; the system itself takes one or two.</summary>
    internal const double BusyLimit = 10;

    private const double StolenLimit = 2;

    /// <summary>Too much for figures that are to be believed.</summary>
    public bool IsNoisy => BusyPercentBefore > BusyLimit || StolenPercent > StolenLimit;
}
