using System.Net.Sockets;

namespace InternalChat.Server.Administration.Client;

/// <summary>No server answers at the administration socket; the message says where and why.</summary>
internal sealed class ServerUnreachableException(string socketPath, Exception cause)
    : Exception($"No server answers at {socketPath}: {Reason(cause)}", cause)
{
    private static string Reason(Exception cause) => (cause.GetBaseException() as SocketException)?.SocketErrorCode switch
    {
        SocketError.AddressNotAvailable or SocketError.HostNotFound =>
            "there is no such socket; is it another database (--db-path, --socket)?",
        SocketError.ConnectionRefused => "the server that made this socket has ended",
        SocketError.AccessDenied => "only root and the user who runs the server may ask it",
        _ => cause.GetBaseException().Message,
    };
}
