using System.Buffers;
using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Logging;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// Accepts connections, one at a time as Kestrel asks, until it is unbound. Trouble with one connection, and having no file or memory
/// left for more, never ends it.
/// </summary>
/// <param name="socket">Listens. Its own from here on.</param>
/// <param name="memoryPool">For the connections. Its own from here on.</param>
/// <param name="pacing">How fast.</param>
/// <param name="time">For the pause.</param>
/// <param name="logger">For the operator.</param>
internal sealed class SocketListener(
    Socket socket, MemoryPool<byte> memoryPool, AcceptPacing pacing, TimeProvider time, ILogger logger) : IConnectionListener
{
    // Between two attempts while the system has nothing left for another connection; the peers wait in the backlog.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // With each connection that ends one is accepted, and the next is not.
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private long? _warnedAt;

    public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

    /// <returns>Null after <see cref="UnbindAsync"/>.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                await pacing.WaitAsync(cancellationToken);
                var accepted = await socket.AcceptAsync(cancellationToken);
                pacing.Accepted();
                if (TryOpen(accepted) is { } connection)
                    return connection;
            }
            catch (Exception exception) when (
                exception is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return null;
            }
            catch (SocketException exception)
            {
                // Aborted: the peer has gone while it waited in the backlog.
                if (exception.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
                    continue;
                Warn(exception);
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        memoryPool.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Warn(SocketException exception)
    {
        if (_warnedAt is { } warnedAt && time.GetElapsedTime(warnedAt) < BetweenWarnings)
            return;
        _warnedAt = time.GetTimestamp();
        ServerLog.CannotAccept(logger, EndPoint, exception.Message);
    }

    private SocketConnection? TryOpen(Socket accepted)
    {
        try
        {
            accepted.Blocking = false;
            if (EndPoint is IPEndPoint)
                accepted.NoDelay = true;
            return new SocketConnection(accepted, memoryPool);
        }
        catch (SocketException)
        {
            // Where it is gone already.
            accepted.Dispose();
            return null;
        }
    }
}
