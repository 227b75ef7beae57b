namespace InternalChat.Terminal.Session;

/// <summary>
/// How long to wait before the next attempt: doubling from half a second to half a minute, at random between half and all of it.
/// </summary>
internal sealed class ReconnectDelay(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private TimeSpan _next = First;

    /// <summary>The next wait. Random, so that the clients of a server that was restarted do not all come at once.</summary>
    internal TimeSpan Next()
    {
        var delay = _next * (0.5 + (random.NextDouble() / 2));
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return delay;
    }

    /// <summary>Takes the end of a connection. One that did not outlast the longest wait does not show that the server is well.</summary>
    internal void ConnectionEnded(TimeSpan lasted)
    {
        if (lasted >= Longest)
            _next = First;
    }
}
