using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace InternalChat.Client;

/// <summary>
/// From an address to a connected stream, in the clear or through TLS; for those who read and write on their own.
/// <see cref="ChatConnection"/> is the usual way. Safe from any thread.
/// </summary>
public static class StreamConnector
{
    /// <summary>Connects, and shakes hands where TLS is asked for. The caller owns the stream.</summary>
    /// <exception cref="ChatConnectionException">
    /// The server cannot be reached in <see cref="ChatServerAddress.ConnectTimeout"/>, or its certificate is not accepted.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static Task<Stream> ConnectAsync(ChatServerAddress address, CancellationToken cancellationToken = default) =>
        ConnectAsync(address, static () => { }, cancellationToken);

    /// <summary>The same, for those who time the two parts of it.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="opened">Called once, when the connection is open and the TLS handshake, if there is one, begins.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <exception cref="ChatConnectionException">As above.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static async Task<Stream> ConnectAsync(ChatServerAddress address, Action opened, CancellationToken cancellationToken = default)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(address.ConnectTimeout);
        Socket? socket = null;
        try
        {
            socket = address.UnixSocketPath is null
                ? NewTcpSocket()
                : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            if (address is { LocalAddress: { } local, UnixSocketPath: null })
                Bind(socket, local);
            await socket.ConnectAsync(EndPointOf(address), deadline.Token).ConfigureAwait(false);
            opened();
            var stream = new NetworkStream(socket, ownsSocket: true);
            return address.Tls is null ? stream : await ShakeHandsAsync(stream, address, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            socket?.Dispose();
            var way = address.LocalAddress is { } source ? $"{address} from {source}" : $"{address}";
            throw exception switch
            {
                OperationCanceledException when !cancellationToken.IsCancellationRequested => new ChatConnectionException(
                    $"cannot connect to {way}: no answer within {address.ConnectTimeout.TotalSeconds:0.#} s", exception),
                AuthenticationException => new ChatConnectionException(
                    $"cannot connect to {way}: the TLS handshake failed: {InnermostMessage(exception)}", exception),
                // The runtime takes a missing file for a missing address.
                SocketException { SocketErrorCode: SocketError.AddressNotAvailable } when address.UnixSocketPath is not null =>
                    new ChatConnectionException($"cannot connect to {way}: there is no such socket", exception),
                // An address of this machine that is of another family than the server's is not supported.
                SocketException or IOException or ArgumentOutOfRangeException or NotSupportedException => new ChatConnectionException(
                    $"cannot connect to {way}: {exception.Message}", exception),
                _ => exception,
            };
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The path of a Unix socket is too long for one.</exception>
    private static EndPoint EndPointOf(ChatServerAddress address) =>
        address.UnixSocketPath is { } path ? new UnixDomainSocketEndPoint(path)
        : IPAddress.TryParse(address.Host, out var ip) ? new IPEndPoint(ip, address.Port) : new DnsEndPoint(address.Host, address.Port);

    private static Socket NewTcpSocket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        // A server that vanished without a word is noticed within about a minute.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        // TCP_USER_TIMEOUT: the same while a command is on its way. Keepalive is silent then, and the kernel would send again for a
        // quarter of an hour.
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(optionLevel: 6, optionName: 18, BitConverter.GetBytes(60_000));
        return socket;
    }

    private static void Bind(Socket socket, IPAddress local)
    {
        // IP_BIND_ADDRESS_NO_PORT: the port is chosen when the connection is made, so that one address has all ports for each server.
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(optionLevel: 0, optionName: 24, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(local, 0));
    }

    private static async Task<Stream> ShakeHandsAsync(NetworkStream stream, ChatServerAddress address, CancellationToken cancellationToken)
    {
        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await encrypted.AuthenticateAsClientAsync(address.Tls!.ForHost(address.Host), cancellationToken).ConfigureAwait(false);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static string InnermostMessage(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception.Message;
    }
}
