using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Sessions;

/// <summary>
/// A short stay of a user who has just logged in: takes what waits, where it is to wait for it, and leaves with QUIT. One thread at a time.
/// </summary>
/// <param name="connection">Closed at the end.</param>
/// <param name="run">What all clients share.</param>
/// <param name="visitor">Takes what arrives, and appends what it answers; null for a user who leaves at once.</param>
internal sealed class Visit(LoadConnection connection, LoadRun run, IVisitor? visitor) : IConnectionHandler
{
    private bool _hasBegun;
    private bool _isQuiet;
    private long _leavingAt;
    private bool _isDismissed;

    /// <summary>Stays until the server ends the connection.</summary>
    /// <returns>Whether it ended as QUIT ought to: with OK bye.</returns>
    internal async Task<bool> StayAsync()
    {
        try
        {
            await connection.RunAsync(this);
        }
        catch (ChatException exception)
        {
            run.LoseConnection(exception.Message);
            return false;
        }
        finally
        {
            await connection.DisposeAsync();
        }

        return _isDismissed;
    }

    public bool OnDrained()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            if (visitor is null)
                Leave();
            else
                AskWhetherAllIsThere();
        }

        return connection.UnflushedBytes > 0;
    }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.Pong when _isQuiet:
                Leave();
                break;
            case ServerFrameKind.Pong:
                AskWhetherAllIsThere();
                break;
            case ServerFrameKind.Ok when _leavingAt != 0:
                BeDismissed();
                break;
            default:
                _isQuiet &= frame.Kind != ServerFrameKind.From;
                Take(frame, line);
                break;
        }

        return true;
    }

    private void Take(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (visitor is not null)
            visitor.OnFrame(frame, line);
        else if (frame.Kind == ServerFrameKind.Error)
            run.Errors.Reject(frame.Error);
    }

    /// <summary>A PONG that has nothing before it says that nothing waits.</summary>
    private void AskWhetherAllIsThere()
    {
        _isQuiet = true;
        ClientFrames.Ping(connection.Output);
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

/// <summary>What a <see cref="Visit"/> is made for.</summary>
internal interface IVisitor : IFrameReceiver
{
    /// <summary>From now on nothing is appended: QUIT is.</summary>
    void Leave();
}
