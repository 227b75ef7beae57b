using System.Diagnostics;
using System.Globalization;
using InternalChat.EndToEnd.Tests.SlowConsumers;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>
/// What attackers of each kind, and all at once, cost a server and those who chat on it: figures of a machine, which are printed and not
/// judged. HOSTILE_SECONDS is how long each attack goes on. The attackers run at the lowest priority, so that who chats waits for the
/// server and not for them; run it alone, and against the published program (INTERNALCHAT_SERVER).
/// </summary>
public sealed class AttackReportTests(ITestOutputHelper output) : EndToEndTest
{
    private const int Accounts = 10_000;

    // So many that all limits can be as they are by default and there still is more than a handful of latencies.
    private const int Pairs = 60;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // Each pair has its turn after 0.6 s: no user writes more than twenty messages in ten seconds.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private static TimeSpan Duration => TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("HOSTILE_SECONDS") ?? "0", CultureInfo.InvariantCulture));

    public static TheoryData<string> Attacks => [.. Enum.GetNames<AttackKind>(), "all"];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task What_an_attack_costs_is_reported(string attack)
    {
        Assert.SkipWhen(Duration == TimeSpan.Zero, "Reports figures of a machine: HOSTILE_SECONDS=10 or more, alone on it.");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Takes the priorities of Linux' threads.");
        var path = NewFolder().File("chat.db");
        AttackedServer.Prepare(path, Accounts, Pairs);
        var server = await StartServerAsync(AttackedServer.On(path, "--max-connections", "15000"));
        using var pairs = new HealthyPairs(server.EndPoint, AttackedServer.HealthyNetwork, Pairs);
        Chat(pairs, server, TimeSpan.FromSeconds(2), new Latencies());
        var alone = new Latencies();
        var coresAlone = Chat(pairs, server, Duration, alone);

        await using var memory = new ResidentMemory(server);
        AttackKind[] kinds = attack == "all" ? Enum.GetValues<AttackKind>() : [Enum.Parse<AttackKind>(attack)];
        var attacks = kinds.Select(kind => Own(new Attack(kind, server.EndPoint))).ToList();
        foreach (var each in attacks)
            each.Begin();
        var attacked = new Latencies();
        var coresAttacked = Chat(pairs, server, Duration, attacked);
        foreach (var each in attacks)
        {
            await each.StopAsync();
            output.WriteLine($"{each}");
        }

        output.WriteLine($"cores of the attack: {coresAttacked - coresAlone:0.00} (those who chat take {coresAlone:0.00})");
        output.WriteLine($"memory: {memory}");
        foreach (var kind in alone.Kinds)
            output.WriteLine($"{kind}: {Describe(alone, attacked, kind, 50)}, {Describe(alone, attacked, kind, 99)}");
        var processor = server.ProcessorTime;
        var free = await TimeUntilFreeAsync(server, kinds);
        output.WriteLine($"all names free after {free:0.00} s and {(server.ProcessorTime - processor).TotalSeconds:0.00} s of processor");
    }

    private static string Describe(Latencies alone, Latencies attacked, string kind, int percent)
    {
        var (before, during) = (alone.Percentile(kind, percent), attacked.Percentile(kind, percent));
        return string.Create(
            CultureInfo.InvariantCulture, $"p{percent} {before:0.00} → {during:0.00} ms (× {during / before:0.0})");
    }

    /// <returns>The cores that the server took meanwhile.</returns>
    private static double Chat(HealthyPairs pairs, ServerProcess server, TimeSpan duration, Latencies latencies)
    {
        var (begun, processor) = (Stopwatch.GetTimestamp(), server.ProcessorTime);
        using var pace = new ManualResetEvent(initialState: false);
        while (Stopwatch.GetElapsedTime(begun) < duration)
        {
            pairs.Round(latencies);
            pace.WaitOne(Pause);
        }

        return (server.ProcessorTime - processor) / Stopwatch.GetElapsedTime(begun);
    }

    /// <returns>Seconds from the attackers' resets to the last login with one of their names; infinite when it takes too long.</returns>
    private static async Task<double> TimeUntilFreeAsync(ServerProcess server, AttackKind[] kinds)
    {
        var begun = Stopwatch.GetTimestamp();
        var names = AttackedServer.UsersWhoAttack.Where(
            name => kinds.Any(kind => name.StartsWith($"{kind}-", StringComparison.Ordinal)));
        foreach (var name in names)
        {
            await using var client = await server.ConnectAsync(AttackedServer.From(AttackedServer.HealthyNetwork, server));
            while (await client.AskAsync($"AUTH {name} {UniqueName.PasswordOf(name)}") != "OK authenticated")
            {
                if (Stopwatch.GetElapsedTime(begun) > LongestWait)
                    return double.PositiveInfinity;
            }
        }

        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }
}
