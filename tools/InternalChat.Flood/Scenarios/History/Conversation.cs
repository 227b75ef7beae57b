using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Scenarios.History;

/// <summary>
/// A conversation that stays in the database, so that a later run finds it: all messages are from the user who asks to the other one,
/// with sequence numbers from 0.
/// </summary>
/// <param name="number">Stands in the bodies as the sender.</param>
/// <param name="prefix">Of the accounts' names.</param>
internal sealed class Conversation(int number, string prefix)
{
    /// <summary>In place of a run's number: messages of any run belong to the same conversation.</summary>
    private const uint AnyRun = 0;

    internal string Asker { get; } = $"{prefix}-h-{number:D5}";

    internal string Peer { get; } = $"{prefix}-p-{number:D5}";

    /// <summary>What is there; known once it is filled.</summary>
    internal long Messages { get; set; }

    internal BodyHeader Header(long sequence, in SendTimes times) => new(AnyRun, (uint)number, sequence, times);

    /// <summary>Reads the sequence number of one of its messages.</summary>
    /// <returns>False where the body is not one that was sent here.</returns>
    internal bool TryRead(in ServerFrame frame, out long sequence)
    {
        var isRead = MessageBody.TryRead(frame.Text, out var header) && header.Run == AnyRun && header.Sender == number;
        sequence = header.Sequence;
        return isRead;
    }

    /// <summary>Takes what arrives for the other one while the conversation is filled, so that nothing stays pending.</summary>
    internal sealed class PeerReader : IConnectionHandler
    {
        public bool OnDrained() => false;

        public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line) => true;
    }
}
