using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Sessions;

/// <summary>
/// A client that stays online and reads, and answers for its own PINGs only. At most one PING is under way. One thread at a time sends and
/// one at a time reads.
/// </summary>
internal sealed class IdleClient(LoadConnection connection, LoadRun run, PongCounter pongs) : IConnectionHandler, IPacedClient
{
    private readonly UnansweredSends<SendTimes> _unanswered = new();

    internal LoadConnection Connection { get; } = connection;

    public int Unanswered => _unanswered.Count;

    public int MaxUnanswered => 1;

    public void Append(in SendTimes times)
    {
        _unanswered.Add(times);
        ClientFrames.Ping(Connection.Output);
    }

    public ValueTask FlushAsync() => Connection.FlushAsync();

    public bool OnDrained() => false;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Error)
            run.Errors.Reject(frame.Error);
        if (frame.Kind != ServerFrameKind.Pong || !_unanswered.TryTake(out var times))
            return true;
        pongs.Add();
        if (run.Clock.IsMeasured(times.IntendedAt))
            run.Latencies.Record(LatencyKind.Pong, times.SentAt, times.IntendedAt, Connection.ReceivedAt);
        return true;
    }
}
