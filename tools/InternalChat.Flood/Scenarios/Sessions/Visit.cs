using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Sessions;

/// <summary>
/// A short stay of a user who has just logged in: leaves with QUIT as soon as it has what it came for. One thread at a time.
/// </summary>
/// <param name="connection">Closed at the end.</param>
/// <param name="run">What all clients share.</param>
/// <param name="visitor">Null for a user who leaves at once.</param>
internal sealed class Visit(LoadConnection connection, LoadRun run, IVisitor? visitor) : IConnectionHandler
{
    private long _leavingAt;
    private bool _isDismissed;

    /// <summary>Stays until the server ends the connection.</summary>
    /// <param name="cancellationToken">Whatever has not arrived by then never does.</param>
    /// <returns>Whether it ended as QUIT ought to: with OK bye.</returns>
    internal async Task<bool> StayAsync(CancellationToken cancellationToken)
    {
        await using var givingUp = cancellationToken.Register(() => _ = connection.DisposeAsync().AsTask());
        try
        {
            await connection.RunAsync(this);
        }
        catch (ChatException exception)
        {
            run.LoseConnection(cancellationToken.IsCancellationRequested
                ? "a visitor had still not got everything when the load had ended"
                : exception.Message);
        }

        await connection.DisposeAsync();
        return _isDismissed;
    }

    public bool OnDrained()
    {
        if (_leavingAt == 0 && visitor is null or { HasAll: true })
            Leave();
        return connection.UnflushedBytes > 0;
    }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Ok && _leavingAt != 0)
            BeDismissed();
        else if (visitor is not null)
            visitor.OnFrame(frame, line);
        else if (frame.Kind == ServerFrameKind.Error)
            run.Errors.Reject(frame.Error);
        return true;
    }

    private void Leave()
    {
        visitor?.Leave();
        _leavingAt = Stopwatch.GetTimestamp();
        ClientFrames.Quit(connection.Output);
    }

    private void BeDismissed()
    {
        _isDismissed = true;
        if (run.Clock.IsMeasured(_leavingAt))
            run.Latencies.Record(LatencyKind.Quit, _leavingAt, _leavingAt, connection.ReceivedAt);
    }
}

/// <summary>What a <see cref="Visit"/> is made for. Takes what arrives, and may append answers until it leaves.</summary>
internal interface IVisitor : IFrameReceiver
{
    /// <summary>Whether it has what it came for.</summary>
    bool HasAll { get; }

    /// <summary>From now on nothing is appended: QUIT is.</summary>
    void Leave();
}
