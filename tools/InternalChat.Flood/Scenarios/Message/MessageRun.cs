using System.Security.Cryptography;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>What the clients of one run share.</summary>
internal sealed class MessageRun(MessageOptions options, RunClock clock)
{
    private int _connectionsLost;

    internal MessageOptions Options { get; } = options;

    internal RunClock Clock { get; } = clock;

    internal uint Id { get; } = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));

    internal LatencyHistogram Delivered { get; } = new();

    internal LatencyHistogram Queued { get; } = new();

    internal LatencyHistogram EndToEnd { get; } = new();

    internal LatencyHistogram ReadAnswers { get; } = new();

    internal ErrorTally Errors { get; } = new();

    internal int ConnectionsLost => Volatile.Read(ref _connectionsLost);

    internal void LoseConnection(string sentence)
    {
        Interlocked.Increment(ref _connectionsLost);
        Errors.Add(sentence);
    }
}
