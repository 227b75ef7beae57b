using InternalChat.Server.Network.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace InternalChat.Server.Network;

/// <summary>
/// Connections between their accept and the engine, which hears of one only when its PROXY header and its TLS handshake are through.
/// They count against the limit of connections, are cut at once when the server stops, and those that fail are counted.
/// </summary>
/// <param name="hasRoomFor">Whether the server has room for so many connections more; negative for fewer.</param>
/// <param name="refused">Where they are counted.</param>
internal sealed class ConnectionSetup(Func<int, bool> hasRoomFor, RefusedConnections refused)
{
    // Of a full server: so many at a time may come through to hear of it (SERVER_FULL). The limit of open files has more in reserve.
    private const int BeyondLimit = 64;

    private int _pending;

    /// <summary>Connection middleware that goes before all others.</summary>
    public ConnectionDelegate Begin(ConnectionDelegate next) => async connection =>
    {
        if (!hasRoomFor(Interlocked.Increment(ref _pending) - BeyondLimit))
        {
            Interlocked.Decrement(ref _pending);
            refused.Add(Refusal.NoRoom, connection.RemoteEndPoint);
            return;
        }

        var pending = new PendingConnection(connection);
        connection.Features.Set(pending);
        try
        {
            await next(connection);
        }
        finally
        {
            if (pending.TryEnd())
            {
                Interlocked.Decrement(ref _pending);
                refused.Add(pending.Outcome, connection.RemoteEndPoint);
            }
        }
    };

    /// <summary>Connection middleware that goes after all others, right before the engine.</summary>
    public ConnectionDelegate End(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<PendingConnection>()!.TryEnd())
            Interlocked.Decrement(ref _pending);
        return next(connection);
    };
}

/// <summary>A connection that is being set up. Who cuts it may be any thread; the rest is for its own.</summary>
internal sealed class PendingConnection
{
    private readonly SocketConnection? _transport;
    private readonly CancellationTokenRegistration _stop;
    private bool _hasEnded;

    public PendingConnection(ConnectionContext connection)
    {
        _transport = connection.Features.Get<SocketConnection>();
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        _stop = stopping.UnsafeRegister(static state => ((ConnectionContext)state!).Abort(), connection);
    }

    /// <summary>What it will have failed at if it ends now.</summary>
    public Refusal Refusal { get; set; } = Refusal.NoTls;

    /// <summary>Length of the PROXY header that was taken; 0 where there was none.</summary>
    public int HeaderBytes { get; set; }

    /// <summary>What it has failed at, now that it has ended.</summary>
    public Refusal Outcome =>
        Refusal is Refusal.NoTls or Refusal.NoProxyHeader && _transport?.ReceivedBytes == HeaderBytes ? Refusal.SaidNothing : Refusal;

    /// <summary>Ends the setting up.</summary>
    /// <returns>False where it had ended before.</returns>
    public bool TryEnd()
    {
        if (_hasEnded)
            return false;
        _hasEnded = true;
        _stop.Unregister();
        return true;
    }
}
