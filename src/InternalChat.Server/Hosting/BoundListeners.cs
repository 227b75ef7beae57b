using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Network;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace InternalChat.Server.Hosting;

/// <summary>
/// The server's places, taken before it makes or upgrades a database: who cannot have them leaves nothing behind. Nobody can connect
/// before <see cref="Listen"/>.
/// </summary>
internal sealed class BoundListeners : IDisposable
{
    private const int KeepAliveIdleSeconds = 20;
    private const int KeepAliveIntervalSeconds = 10;
    private const int KeepAliveProbes = 3;

    private readonly NetworkSettings _network;
    private readonly List<(EndPoint EndPoint, Socket Socket)> _bound = [];

    private BoundListeners(NetworkSettings network) => _network = network;

    /// <summary>
    /// Takes all places. Unix sockets are only tried: another server would take a file on which nobody listens for a dead server's.
    /// </summary>
    /// <exception cref="IOException">One cannot be had; says which and why.</exception>
    public static BoundListeners Bind(NetworkSettings network)
    {
        var bound = new BoundListeners(network);
        try
        {
            foreach (var listener in network.Listeners)
                bound.Bind(listener);
            return bound;
        }
        catch
        {
            bound.Dispose();
            throw;
        }
    }

    /// <summary>The place's socket, which listens from now on. The caller's own.</summary>
    /// <exception cref="IOException">Somebody else has come to listen there.</exception>
    public Socket Listen(EndPoint endpoint, int backlog)
    {
        var index = _bound.FindIndex(place => place.EndPoint.Equals(endpoint));
        Socket? socket = null;
        try
        {
            if (index >= 0)
            {
                socket = _bound[index].Socket;
                _bound.RemoveAt(index);
            }
            else
            {
                socket = UnixSocketFile.Bind((UnixDomainSocketEndPoint)endpoint, _network.UnixMode);
            }

            socket.Listen(backlog);
            return socket;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            socket?.Dispose();
            var listener = _network.Listeners.First(listener => listener.EndPoint.Equals(endpoint));
            throw ListenFailure.Because(Said(listener), endpoint, exception);
        }
    }

    public void Dispose() => _bound.ForEach(static place => place.Socket.Dispose());

    private void Bind(Listener listener)
    {
        try
        {
            if (listener.EndPoint is UnixDomainSocketEndPoint unix)
                UnixSocketFile.Bind(unix, _network.UnixMode).Dispose();
            else
                _bound.Add((listener.EndPoint, Bind(listener.EndPoint)));
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw ListenFailure.Because(Said(listener), listener.EndPoint, exception);
        }
    }

    private static Socket Bind(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        // Accepted sockets inherit these. They find idle peers that have vanished; the engine finds the others. TCP_USER_TIMEOUT would
        // also end a peer that merely does not read.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        return socket;
    }

    private SettingText Said(Listener listener) =>
        _network.Listeners.Zip(_network.Said).FirstOrDefault(place => ReferenceEquals(place.First, listener)).Second;
}
