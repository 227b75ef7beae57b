using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>
/// Rounds of: start the server, let senders pipeline to recipients of whom half are online, kill it in the middle, start it
/// again and compare its HISTORY with what everybody was told. A pair sends fewer messages a round than HISTORY shows.
/// </summary>
internal sealed class KillScenario(string databasePath, int seed)
{
    private const int Senders = 4;
    private const int Recipients = 6;
    private const int PerPair = 150;
    private const int PerRound = Senders * Recipients * PerPair;

    private readonly Random _random = new(seed);
    private readonly SecretLedger _secrets = new();
    private readonly Dictionary<(string Sender, string Recipient), int> _sequences = [];

    public MessageLedger Ledger { get; } = new();

    private static IEnumerable<string> SenderNames => Enumerable.Range(0, Senders).Select(number => $"sender-{number}");

    private static IEnumerable<string> RecipientNames => Enumerable.Range(0, Recipients).Select(number => $"recipient-{number}");

    public async Task RegisterAsync()
    {
        await using var server = await StartAsync();
        foreach (var name in SenderNames.Concat(RecipientNames))
            await using (await server.LoginAsync(name))
            {
            }
    }

    /// <summary>One life of the server and its violent end.</summary>
    public async Task RunAndKillAsync(int round)
    {
        await using var server = await StartAsync();
        var killAt = Ledger.Acknowledged + _random.Next(PerRound);
        using var kill = new KillSwitch(server, Ledger, killAt);
        var online = RecipientNames.Where((_, index) => (index + round) % 2 == 0).ToList();
        var plans = SenderNames.ToDictionary(name => name, PlanOf);
        var lastEarlierId = Ledger.HighestId;
        var killing = kill.WhenDueAsync();
        var recipients = online.Select(name => ReceiveAsync(server, name));
        var senders = plans.Select(plan => SendAsync(server, plan.Key, plan.Value, lastEarlierId, kill)).ToList();
        var receiving = recipients.ToList();
        await Task.WhenAll(senders);
        kill.Now();
        await killing;
        await Task.WhenAll(receiving);
    }

    /// <summary>Starts the server, takes note of what it stored, and stops it in order or with force.</summary>
    public async Task CheckStoredAsync()
    {
        await using var server = await StartAsync();
        foreach (var sender in SenderNames)
        {
            await using var client = await server.LoginAsync(sender);
            foreach (var recipient in RecipientNames)
            {
                var lines = await client.HistoryAsync(recipient, "200");
                Assert.Equal(lines.Select(ServerFrame.IdOf), lines.Select(ServerFrame.IdOf).Distinct().Order());
                var sequences = lines.Select(line => SentMessage.Parse(ServerFrame.BodyOf(line)).Sequence).ToList();
                Assert.Equal(sequences, sequences.Distinct().Order());
                foreach (var line in lines)
                    Ledger.Store(line);
            }
        }

        Ledger.RequireAllStored();
        if (_random.Next(2) == 0)
            await server.TerminateAsync();
    }

    /// <summary>Everybody logs in and reads all that is pending.</summary>
    public async Task DrainAsync()
    {
        await using var server = await StartAsync();
        await using var witness = await server.LoginAsync("witness");
        foreach (var name in RecipientNames)
        {
            await using var recipient = await server.LoginAsync(name);
            foreach (var from in await recipient.ReadAllBeforeAsync(witness))
                Ledger.See(from, name);
            await recipient.LeaveAsync();
        }

        Assert.Equal(0, await server.TerminateAsync());
    }

    private Task<ServerProcess> StartAsync() =>
        ServerProcess.StartAsync(ServerLaunch.Quick() with { DatabasePath = databasePath, Secrets = _secrets });

    private List<SentMessage> PlanOf(string sender)
    {
        var plan = RecipientNames.SelectMany(recipient => Enumerable.Repeat(recipient, PerPair)).ToArray();
        _random.Shuffle(plan);
        return plan.Select(recipient => new SentMessage(sender, recipient, NextSequence(sender, recipient))).ToList();
    }

    private int NextSequence(string sender, string recipient) =>
        _sequences[(sender, recipient)] = _sequences.GetValueOrDefault((sender, recipient)) + 1;

    private async Task SendAsync(ServerProcess server, string name, List<SentMessage> plan, long lastEarlierId, KillSwitch kill)
    {
        try
        {
            await using var client = await server.LoginAsync(name);
            client.LastEarlierId = lastEarlierId;
            var sending = client.SendAsync(plan.Select(message => $"MSG {message.Recipient} {message.Body}"));
            try
            {
                foreach (var message in plan)
                {
                    var reply = await client.ReadReplyAsync("waiting for an acknowledgement");
                    Assert.True(ServerFrame.IsQueued(reply) || ServerFrame.IsDelivered(reply), $"MSG was answered '{reply}'.");
                    Ledger.Acknowledge(reply, message);
                    kill.IfDue();
                }
            }
            finally
            {
                await sending;
            }
        }
        catch (Exception ended) when (kill.IsConsequence(ended))
        {
            // The kill: what was acknowledged until then is in the ledger.
        }
    }

    private async Task ReceiveAsync(ServerProcess server, string name)
    {
        try
        {
            await using var client = await server.LoginAsync(name);
            while (true)
                Ledger.See(await client.ReadPushAsync("FROM "), name);
        }
        catch (Exception ended) when (ended is EndOfStreamException or IOException or System.Net.Sockets.SocketException)
        {
            // The kill ends the reading.
        }
    }
}
