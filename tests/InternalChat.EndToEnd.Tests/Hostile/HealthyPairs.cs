using System.Net;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>Pairs who take turns to chat, so that each of them stays within the limits of a user.</summary>
internal sealed class HealthyPairs(IPEndPoint server, IPAddress network, int count) : IDisposable
{
    private readonly List<HealthyPair> _pairs = [.. Enumerable.Range(0, count).Select(pair => new HealthyPair(server, network, pair))];
    private int _rounds;

    public void Round(Latencies latencies)
    {
        var pair = _pairs[_rounds % _pairs.Count];
        pair.Latencies = latencies;
        // Neither has a factor in common with the number of pairs: each pair has its turn at both, within its reading limit.
        pair.Round(withHistory: _rounds % 7 == 0, withList: _rounds % 49 == 0);
        _rounds++;
    }

    public void Dispose() => _pairs.ForEach(static pair => pair.Dispose());
}
