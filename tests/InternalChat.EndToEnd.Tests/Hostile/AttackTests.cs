using System.Diagnostics;
using System.Net;
using InternalChat.EndToEnd.Tests.SlowConsumers;
using InternalChat.TestKit;
using InternalChat.TestKit.Metrics;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>
/// Fifty attackers of each kind at once beside two users who chat: what holds on any machine. How long things take is what
/// <see cref="AttackReportTests"/> reports.
/// </summary>
public sealed class AttackTests(ITestOutputHelper output) : EndToEndTest
{
    private const long MostGrowth = 64L << 20;
    private const int Newcomers = 10;

    // Smaller than by default, so that it does not take long to come to them.
    private const int MostConnections = 1_000;
    private const int MostUnauthenticated = 250;
    private const int MostPending = 100;
    private const int MostRegistrations = 20;
    private const int MostLines = 3_000;
    private const int LinesASecond = 250;

    private static readonly string[] Flags =
    [
        "--max-connections", $"{MostConnections}", "--max-unauthenticated", $"{MostUnauthenticated}", "--max-pending", $"{MostPending}",
        "--registration-limit", $"{MostRegistrations}/1h", "--reading-limit", $"{MostLines}/{MostLines / LinesASecond}s",
        "--rate-limit", "off", "--auth-timeout", "1h",
    ];

    private static readonly IPAddress Elsewhere = IPAddress.Parse("192.0.2.2");

    // All are told at once.
    private readonly List<string> _misses = [];

    [Fact]
    public async Task Attackers_of_every_kind_at_once_take_nothing_from_those_who_chat()
    {
        var path = NewFolder().File("chat.db");
        AttackedServer.Prepare(path, others: 500);
        var server = await StartServerAsync(AttackedServer.On(path, Flags));
        var watcher = Own(await Watcher.OfAsync(server));
        using var pair = new HealthyPair(server.EndPoint, AttackedServer.HealthyNetwork);
        pair.Chat(rounds: 50);
        await using var memory = new ResidentMemory(server);
        var heapBefore = HeapOf(await watcher.MetricsAsync());
        var heap = heapBefore;
        var attacks = Enum.GetValues<AttackKind>().Select(kind => Own(new Attack(kind, server.EndPoint))).ToList();
        foreach (var attack in attacks)
            attack.Begin();
        var begun = Stopwatch.GetTimestamp();
        for (var newcomer = 0; newcomer < Newcomers || attacks.Exists(static attack => attack.Rounds < EnoughOf(attack.Kind)); newcomer++)
        {
            pair.Chat(rounds: 10);
            await ComeAndGoAsync(server, "carol", "OK authenticated");
            if (newcomer < Newcomers)
                await ComeAndGoAsync(server, $"newcomer-{newcomer}", "OK registered");
            heap = Math.Max(heap, HeapOf(await watcher.MetricsAsync()));
            if (Stopwatch.GetElapsedTime(begun) > Patience.Limit)
            {
                _misses.Add($"the attack was not at its end after {Patience.Limit}, and {newcomer} newcomers");
                break;
            }
        }

        foreach (var attack in attacks)
            await attack.StopAsync();
        var duration = Stopwatch.GetElapsedTime(begun);
        output.WriteLine($"{duration.TotalSeconds:0.0} s of attack; {memory}");
        foreach (var attack in attacks)
            output.WriteLine($"{attack}");
        output.WriteLine($"heap and queues: {heapBefore / 1024:0} KiB before, at most {heap / 1024:0} KiB in the attack");
        Expect(heap - heapBefore < MostGrowth, $"the server holds {(heap - heapBefore) / 1024:0} KiB more");
        await ExpectNamesAreFreeAsync(server);
        ExpectWithinLimits(await watcher.MetricsAsync());
        var histories = attacks.Find(static attack => attack.Kind == AttackKind.ReadsHistory)!.Rounds;
        var mostHistories = Attack.Attackers * (MostLines + (LinesASecond * duration.TotalSeconds)) / AttackRounds.LinesOfAHistory;
        Expect(histories <= mostHistories + Attack.Attackers, $"{histories} histories were read, and not {mostHistories:0} at most");
        Assert.Empty(_misses);
    }

    /// <summary>So many rounds are more than the limits allow, where there is one.</summary>
    private static int EnoughOf(AttackKind kind) => kind switch
    {
        AttackKind.RegistersAndCloses => 10 * MostRegistrations,
        AttackKind.WritesToTheAbsent => 3 * Attack.Attackers * MostPending / AttackRounds.MessagesInARound,
        AttackKind.ReadsHistory => Attack.Attackers * MostLines / AttackRounds.LinesOfAHistory,
        AttackKind.DoesNotReadMessages => Attack.Attackers * AttackRounds.MessagesOfAFeeder / AttackRounds.LongMessagesInARound,
        _ => Attack.Attackers,
    };

    /// <summary>What is in use: what the collector has left, and what waits for those who do not read.</summary>
    private static double HeapOf(PrometheusText metrics) => metrics.Samples
        .Where(static sample => sample.Key.StartsWith("dotnet_gc_last_collection_heap_size_bytes", StringComparison.Ordinal))
        .Sum(static sample => sample.Value) + metrics["internalchat_outbound_waiting_bytes"];

    private void Expect(bool isSo, string miss)
    {
        if (!isSo)
            _misses.Add(miss);
    }

    private void ExpectWithinLimits(PrometheusText metrics)
    {
        var registered = metrics["""internalchat_logins_total{outcome="registered"}"""];
        Expect(registered <= Newcomers + MostRegistrations, $"{registered} accounts were made");
        // Those who do not read their messages have them queued too.
        var queued = metrics["""internalchat_messages_total{outcome="queued"}"""];
        Expect(queued <= Attack.Attackers * (MostPending + AttackRounds.MessagesOfAFeeder) + 1_000, $"{queued} messages were queued");
    }

    private async Task ComeAndGoAsync(ServerProcess server, string name, string reply)
    {
        await using var client = await server.ConnectAsync(AttackedServer.From(Elsewhere, server));
        var given = await client.AskAsync(AuthOf(name));
        Expect(given == reply, $"the login of {name} was answered '{given}'");
        if (given == reply)
            await client.LeaveAsync();
    }

    /// <summary>
    /// The attackers' names can be used again without the server doing what they had sent before, thousands of commands each.
    /// What it costs to log in is known from a second time.
    /// </summary>
    private async Task ExpectNamesAreFreeAsync(ServerProcess server)
    {
        var begun = Stopwatch.GetTimestamp();
        var first = await ProcessorOfLoginsAsync(server, begun);
        output.WriteLine($"all names were free after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.00} s and {first} of processor");
        var second = await ProcessorOfLoginsAsync(server, begun);
        output.WriteLine($"the same with nothing before it takes {second} of processor");
        Expect(first < second * 30, $"the server went on for those who were gone: {first} of processor in place of {second}");
    }

    private async Task<TimeSpan> ProcessorOfLoginsAsync(ServerProcess server, long begun)
    {
        var before = server.ProcessorTime;
        foreach (var name in AttackedServer.UsersWhoAttack)
        {
            await using var client = await server.ConnectAsync(AttackedServer.From(Elsewhere, server));
            string reply;
            do
                reply = await client.AskAsync(AuthOf(name));
            while (reply != "OK authenticated" && Stopwatch.GetElapsedTime(begun) < Patience.Limit);
            Expect(reply == "OK authenticated", $"the login of {name} was answered '{reply}' after {Stopwatch.GetElapsedTime(begun)}");
            if (reply == "OK authenticated")
                await client.LeaveAsync();
        }

        return server.ProcessorTime - before;
    }

    private static string AuthOf(string name) => $"AUTH {name} {UniqueName.PasswordOf(name)}";
}
