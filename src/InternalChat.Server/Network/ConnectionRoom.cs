using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Network;

/// <summary>
/// At most so many connections, and always room for one more: the oldest is cut for it. Whoever watches the server asks for a moment,
/// so the oldest most likely only idles, and may be there to keep others out.
/// </summary>
internal sealed class ConnectionRoom(int capacity)
{
    private readonly LinkedList<ConnectionContext> _connections = [];

    public ConnectionDelegate Before(ConnectionDelegate next) => connection => ServeAsync(connection, next);

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var place = Enter(connection);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(place);
        }
    }

    private LinkedListNode<ConnectionContext> Enter(ConnectionContext connection)
    {
        ConnectionContext? oldest = null;
        LinkedListNode<ConnectionContext> place;
        lock (_connections)
        {
            if (_connections.Count == capacity)
            {
                oldest = _connections.First!.Value;
                _connections.RemoveFirst();
            }

            place = _connections.AddLast(connection);
        }

        oldest?.Abort();
        return place;
    }

    private void Leave(LinkedListNode<ConnectionContext> place)
    {
        lock (_connections)
        {
            // Not where it was cut.
            if (place.List is not null)
                _connections.Remove(place);
        }
    }
}
