using System.Net.Sockets;
using System.Text.Json;
using InternalChat.Server.Administration.Http;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server.Administration.Client;

/// <summary>The operator's end of the administration socket. One call at a time.</summary>
internal sealed class AdministrationClient : IDisposable
{
    private readonly string _socketPath;
    private readonly string? _databasePath;
    private readonly HttpClient _http;

    /// <param name="socketPath">The socket.</param>
    /// <param name="databasePath">The server's database, if it is known.</param>
    public AdministrationClient(string socketPath, string? databasePath = null)
    {
        _socketPath = socketPath;
        _databasePath = databasePath;
        // The address is for the protocol's sake; the connection goes to the socket.
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false })
        {
            BaseAddress = new Uri("http://localhost/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Asks for something.</summary>
    /// <returns>The reply as it came.</returns>
    /// <exception cref="RequestRefusedException">The server says no.</exception>
    /// <exception cref="ServerUnreachableException">Nobody answers.</exception>
    public async Task<byte[]> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellation)
    {
        using var response = await OpenAsync(method, path, body, cancellation);
        return await response.Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <summary>Asks for something that comes bit by bit.</summary>
    /// <returns>The reply, whose content is still to be read; to be disposed.</returns>
    /// <exception cref="RequestRefusedException">The server says no.</exception>
    /// <exception cref="ServerUnreachableException">Nobody answers.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException exception)
        {
            throw new ServerUnreachableException(_socketPath, exception);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await RefusalAsync(response, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<RequestRefusedException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        try
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            if (JsonSerializer.Deserialize(body, ErrorJson.Default.ErrorReply) is { } error)
                return new RequestRefusedException(status, error.Code, error.Message);
        }
        catch (JsonException)
        {
            // Not one of ours.
        }

        return new RequestRefusedException(status, "unknown", $"The server answered with HTTP status {status}.");
    }

    /// <summary>Before anything is said, such as a password: anybody may listen at a path in a folder that is open to all.</summary>
    private void RefuseStranger(Socket socket)
    {
        if (PeerCredentials.Of(socket) is { IsRootOrUs: false } listener
            && listener.UserId != OwnerOfFolder(_socketPath)
            && (_databasePath is null || listener.UserId != OwnerOfFolder(_databasePath)))
        {
            throw new IOException(
                $"process {listener.ProcessId} listens there, of the user with id {listener.UserId}, who owns neither this folder nor the "
                + "database's and was told nothing: name the right server by --db-path or --socket");
        }
    }

    private static uint? OwnerOfFolder(string path) => OwnersRights.OwnerOf(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellation);
            RefuseStranger(socket);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

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
