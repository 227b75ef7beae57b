using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Server.Network.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace InternalChat.Server.Network;

/// <summary>
/// Connections between their accept and the engine, which hears of one only when its PROXY header and its TLS handshake are through.
/// Each has a place among those that are not logged in, are cut at once when the server stops, and those that fail are counted.
/// </summary>
/// <param name="places">Where the places are.</param>
/// <param name="refused">Where those that fail are counted.</param>
internal sealed class ConnectionSetup(ConnectionPlaces places, RefusedConnections refused)
{
    // Without a place: so many at a time may come through to hear of it (SERVER_FULL). The limit of open files has more in reserve.
    private const int BeyondLimit = 64;

    private int _beyond;

    /// <summary>Connection middleware that goes before all others.</summary>
    public ConnectionDelegate Begin(ConnectionDelegate next) => connection =>
        ServeAsync(connection, ChatConnectionHandler.AddressOf(connection.RemoteEndPoint), mayPushOut: true, next);

    /// <summary>
    /// The same for a listener for proxies. The address is the proxy's, and that of all of its users: until <see cref="Name"/> the
    /// connection counts as one without an address, for which nobody has to make room.
    /// </summary>
    public ConnectionDelegate BeginUnnamed(ConnectionDelegate next) => connection =>
        ServeAsync(connection, address: null, mayPushOut: false, next);

    /// <summary>Connection middleware that goes where the address is known: from here on the connection is the client's.</summary>
    public ConnectionDelegate Name(ConnectionDelegate next) => connection =>
    {
        var pending = connection.Features.Get<PendingConnection>()!;
        Leave(pending);
        if (TryEnter(pending, ChatConnectionHandler.AddressOf(connection.RemoteEndPoint), mayPushOut: true))
            return next(connection);
        pending.Refusal = Refusal.NoRoom;
        return Task.CompletedTask;
    };

    /// <summary>Connection middleware that goes after all others, right before the engine, which takes the place.</summary>
    public ConnectionDelegate End(ConnectionDelegate next) => connection =>
    {
        var pending = connection.Features.Get<PendingConnection>()!;
        if (pending.TryEnd() && pending.Place is null)
            Leave(pending);
        return next(connection);
    };

    private async Task ServeAsync(ConnectionContext connection, IPAddress? address, bool mayPushOut, ConnectionDelegate next)
    {
        var pending = new PendingConnection(connection);
        connection.Features.Set(pending);
        try
        {
            if (TryEnter(pending, address, mayPushOut))
                await next(connection);
            else
                pending.Refusal = Refusal.NoRoom;
        }
        finally
        {
            if (pending.TryEnd())
            {
                Leave(pending);
                refused.Add(pending.Outcome, connection.RemoteEndPoint);
            }
        }
    }

    private bool TryEnter(PendingConnection pending, IPAddress? address, bool mayPushOut)
    {
        pending.Place = places.TryTake(address, pending, mayPushOut);
        if (pending.Place is not null)
            return true;
        pending.IsBeyond = Interlocked.Increment(ref _beyond) <= BeyondLimit;
        if (!pending.IsBeyond)
            Interlocked.Decrement(ref _beyond);
        return pending.IsBeyond;
    }

    private void Leave(PendingConnection pending)
    {
        pending.TakePlace()?.Leave();
        if (!pending.IsBeyond)
            return;
        pending.IsBeyond = false;
        Interlocked.Decrement(ref _beyond);
    }
}

/// <summary>A connection that is being set up. Who cuts it may be any thread; the rest is for its own.</summary>
internal sealed class PendingConnection : IPlaceOwner
{
    private readonly ConnectionContext _connection;
    private readonly CancellationTokenRegistration _stop;
    private volatile bool _hasGivenWay;
    private bool _hasEnded;

    public PendingConnection(ConnectionContext connection)
    {
        _connection = connection;
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        _stop = stopping.UnsafeRegister(static state => ((ConnectionContext)state!).Abort(), connection);
    }

    /// <summary>What it will have failed at if it ends now.</summary>
    public Refusal Refusal { get; set; } = Refusal.NoTls;

    /// <summary>Length of the PROXY header that was taken; 0 where there was none.</summary>
    public int HeaderBytes { get; set; }

    /// <summary>Its place; null where it has none.</summary>
    public ConnectionPlace? Place { get; set; }

    /// <summary>Whether it is one of the few that may go on without a place.</summary>
    public bool IsBeyond { get; set; }

    /// <summary>What it has failed at, now that it has ended.</summary>
    public Refusal Outcome => _hasGivenWay ? Refusal.MadeRoom
        : Refusal is Refusal.NoTls or Refusal.NoProxyHeader && _connection.Features.Get<SocketConnection>()?.ReceivedBytes == HeaderBytes
            ? Refusal.SaidNothing
            : Refusal;

    /// <summary>Hands the place over: it is somebody else's to leave.</summary>
    public ConnectionPlace? TakePlace()
    {
        var place = Place;
        Place = null;
        return place;
    }

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

    void IPlaceOwner.GiveWay()
    {
        _hasGivenWay = true;
        _connection.Abort();
    }
}
