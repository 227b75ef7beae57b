using InternalChat.Engine.Tests.Harness;

namespace InternalChat.Engine.Tests;

/// <summary>
/// Nothing lost, nothing twice, nothing out of order, whatever recipients do short of breaking their connections. The simulation holds that
/// for every order of steps; this is what real threads make of the locks and fences in between.
/// </summary>
public sealed class DeliveryPropertyTests
{
    private const int Messages = 1_500;
    private static readonly string[] Recipients = ["rita", "rolf", "rosa"];
    private static readonly string[] Senders = ["sam", "sue"];

    [Fact]
    public async Task Recipients_that_come_go_and_stall_get_everything_once_in_order()
    {
        const int Seed = 1;
        await using var server = new TestServer();
        await server.Register(Recipients);
        using var stop = new CancellationTokenSource();
        var receiving = Recipients
            .Select((name, i) => Task.Run(() => Receive(server, name, new Random(Seed + (100 * i)), stop.Token)))
            .ToArray();
        var senders = new List<TestClient>();
        foreach (var name in Senders)
            senders.Add(await server.LogInAs(name));
        var sending = senders.Select((sender, i) => Send(sender, new Random(Seed + (1_000 * (i + 1))))).ToArray();

        var receipts = new List<HashSet<long>>();
        foreach (var sent in sending)
            receipts.Add(await sent);
        await stop.CancelAsync();
        var received = new List<(long Id, string Sender, int Number)>();
        foreach (var task in receiving)
        {
            var lines = (await task).Select(Parse).ToList();
            Assert.Equal(lines.Select(static line => line.Id).Distinct().Order(), lines.Select(static line => line.Id));
            foreach (var name in Senders)
            {
                var numbers = lines.Where(line => line.Sender == name).Select(static line => line.Number).ToList();
                Assert.Equal(numbers.Order(), numbers);
            }

            received.AddRange(lines);
        }

        Assert.Equal(
            Enumerable.Range(1, Messages * Senders.Length).Select(static id => (long)id),
            received.Select(static line => line.Id).Order());
        for (var i = 0; i < senders.Count; i++)
        {
            while (receipts[i].Count < Messages)
                Assert.True(receipts[i].Add(Id(await senders[i].Line("a late receipt"))), "A receipt came twice.");
            Assert.Empty(await senders[i].SoFar());
        }
    }

    /// <summary>Sends everything, a few at a time, and checks that each is queued before it is delivered.</summary>
    private static async Task<HashSet<long>> Send(TestClient sender, Random random)
    {
        var queued = new HashSet<long>();
        var delivered = new HashSet<long>();
        for (var sent = 0; sent < Messages;)
        {
            var count = Math.Min(random.Next(1, 60), Messages - sent);
            sender.SendLines(Enumerable.Range(sent, count).Select(
                i => $"MSG {Recipients[random.Next(Recipients.Length)]} {i} {new string('x', random.Next(200))}"));
            sent += count;
            for (var replies = 0; replies < count;)
            {
                var line = await sender.Line("a reply");
                if (line.StartsWith("OK queued ", StringComparison.Ordinal))
                {
                    Assert.True(queued.Add(Id(line)));
                    Assert.DoesNotContain(Id(line), delivered);
                    replies++;
                    continue;
                }

                Assert.StartsWith("DELIVERED ", line, StringComparison.Ordinal);
                Assert.True(delivered.Add(Id(line)), "A receipt came twice.");
                if (!queued.Contains(Id(line)))
                    replies++;
            }
        }

        return delivered;
    }

    private static async Task<List<string>> Receive(TestServer server, string name, Random random, CancellationToken stop)
    {
        var lines = new List<string>();
        while (true)
        {
            var isLast = stop.IsCancellationRequested;
            var client = server.Connect(pauseAt: random.Next(2) == 0 ? random.Next(16, 2_000) : 65_536);
            client.Send($"AUTH {name} password");
            if (!isLast && random.Next(4) == 0)
                client.Send("QUIT");
            else if (isLast || random.Next(3) == 0)
                client.HalfClose();
            else
                await ReadSome(client, random, lines);
            lines.AddRange((await client.ReadToEnd()).Where(static line => line.StartsWith("FROM ", StringComparison.Ordinal)));
            if (isLast)
                return lines;
        }
    }

    /// <summary>Reads a while, stalling now and then, and says goodbye.</summary>
    private static async Task ReadSome(TestClient client, Random random, List<string> lines)
    {
        client.Send("PING");
        for (var count = random.Next(1, 300); count > 0; count--)
        {
            var line = await client.Line();
            if (line.StartsWith("FROM ", StringComparison.Ordinal))
                lines.Add(line);
            if (line == "PONG" && random.Next(3) > 0)
                break;
            // A stall: the server finds the pipe full meanwhile.
            if (line == "PONG")
                client.Send("PING");
            if (random.Next(20) == 0)
                await Task.Yield();
        }

        client.Send("QUIT");
    }

    private static long Id(string line) => long.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), null);

    private static (long Id, string Sender, int Number) Parse(string line) =>
        line.Split(' ') is [_, var id, var sender, _, var number, ..]
            ? (long.Parse(id, null), sender, int.Parse(number, null))
            : throw new FormatException(line);
}
