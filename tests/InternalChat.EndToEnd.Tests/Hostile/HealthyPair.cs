using System.Globalization;
using System.Net;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>
/// Two users who chat on while others attack. All of it on the thread of whoever calls, with blocking sockets: what is measured is the
/// server, and not how long the tests' own thread pool takes to get to an answer.
/// </summary>
internal sealed class HealthyPair : IDisposable
{
    private readonly HealthyUser _alice;
    private readonly HealthyUser _bob;
    private int _told;

    /// <param name="server">A listener for proxies.</param>
    /// <param name="network">The address that both come from.</param>
    /// <param name="pair">Which of the database's pairs; see <see cref="NamesOf"/>.</param>
    public HealthyPair(IPEndPoint server, IPAddress network, int pair = 0)
    {
        var (alice, bob) = NamesOf(pair);
        _alice = new HealthyUser(server, network, alice);
        _bob = new HealthyUser(server, network, bob);
    }

    public static (string Alice, string Bob) NamesOf(int pair) => ($"alice-{pair}", $"bob-{pair}");

    /// <summary>Where to note how long things take.</summary>
    public Latencies Latencies { get; set; } = new();

    public void Chat(int rounds)
    {
        for (var round = 0; round < rounds; round++)
            Round(withHistory: round % 10 == 0, withList: round % 10 == 5);
    }

    /// <summary>One PING, one message in each direction, and if asked for a page of history and a LIST.</summary>
    public void Round(bool withHistory, bool withList)
    {
        Latencies.Time("PING", () => _alice.ExpectReply("PING", "PONG"));
        Tell(_alice, _bob);
        Tell(_bob, _alice);
        if (withHistory)
            Latencies.Time("HISTORY", () => _alice.ExpectHistory(_bob.Name, 20));
        if (withList)
            List();
    }

    public void List() => Latencies.Time("LIST", _bob.ExpectLists);

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
    }

    /// <summary>The message arrives next, before any later one, and is acknowledged.</summary>
    private void Tell(HealthyUser sender, HealthyUser recipient)
    {
        var body = string.Create(CultureInfo.InvariantCulture, $"message {++_told} to {recipient.Name}");
        Latencies.Time("MSG", () =>
        {
            sender.Send($"MSG {recipient.Name} {body}");
            var from = recipient.Next();
            Assert.Equal((sender.Name, body), (ServerFrame.SenderOf(from), ServerFrame.BodyOf(from)));
        });
        sender.ExpectAcknowledged();
    }
}
