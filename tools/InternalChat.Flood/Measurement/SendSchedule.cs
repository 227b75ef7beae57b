using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>
/// When each message of an open loop is due. Clients take turns, so each has a phase of its own and the whole is even: no bursts.
/// </summary>
/// <param name="Start">Stopwatch ticks of the first message.</param>
/// <param name="MessagesPerSecond">Over all clients.</param>
/// <param name="Clients">How many take turns.</param>
internal readonly record struct SendSchedule(long Start, double MessagesPerSecond, int Clients)
{
    /// <summary>When message <paramref name="index"/> of the whole load is due, in Stopwatch ticks.</summary>
    internal long DueAt(long index) => Start + (long)(index * (Stopwatch.Frequency / MessagesPerSecond));

    /// <summary>Who sends message <paramref name="index"/> of the whole load.</summary>
    internal int ClientOf(long index) => (int)(index % Clients);
}
