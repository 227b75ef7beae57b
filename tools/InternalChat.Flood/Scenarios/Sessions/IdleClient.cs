using System.Diagnostics;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Sessions;

/// <summary>A client that stays online and reads, and answers for its own PINGs only. At most one PING is under way.</summary>
internal sealed class IdleClient(LoadConnection connection, LoadRun run, PongCounter pongs) : IConnectionHandler
{
    private long _pingedAt;

    internal LoadConnection Connection { get; } = connection;

    /// <summary>Reads until the connection ends; one that the server ended counts as lost.</summary>
    internal async Task StayAsync()
    {
        await run.KeepAsync(Connection, this);
        await Connection.DisposeAsync();
    }

    /// <summary>Does nothing where the last PONG is still awaited.</summary>
    internal async Task PingAsync()
    {
        if (Connection.IsClosing || Interlocked.CompareExchange(ref _pingedAt, Stopwatch.GetTimestamp(), 0) != 0)
            return;
        ClientFrames.Ping(Connection.Output);
        await Connection.FlushAsync();
    }

    public bool OnDrained() => false;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Error)
            run.Errors.Reject(frame.Error);
        if (frame.Kind != ServerFrameKind.Pong || Interlocked.Exchange(ref _pingedAt, 0) is not (> 0 and var sentAt))
            return true;
        pongs.Add();
        if (run.Clock.IsMeasured(sentAt))
            run.Latencies.Record(LatencyKind.Pong, sentAt, sentAt, Stopwatch.GetTimestamp());
        return true;
    }
}
