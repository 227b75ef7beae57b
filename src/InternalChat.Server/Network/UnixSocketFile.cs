using System.Net.Sockets;
using System.Text;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server.Network;

/// <summary>The file of a listening Unix socket: made for those who may connect, never in the place of something that lives.</summary>
internal static class UnixSocketFile
{
    /// <summary>In UTF-8: <c>sun_path</c> of <c>sockaddr_un</c> is 108 bytes with its NUL. Linux's figure; others have less.</summary>
    public const int MaxPathBytes = 107;

    // errno.h; what Linux answers to whoever opens a socket as a file.
    private const int NoSuchDevice = 6;

    /// <summary>Whether the system can address no socket there.</summary>
    public static bool IsTooLong(string path) => Encoding.UTF8.GetByteCount(path) > MaxPathBytes;

    /// <summary>
    /// A socket that is bound and does not listen yet, so nobody connects before the mode is set. Closing it deletes the file.
    /// </summary>
    /// <exception cref="IOException">Something else is there, another server listens there, or the file cannot be made.</exception>
    public static Socket Bind(UnixDomainSocketEndPoint endpoint, UnixFileMode mode)
    {
        var path = endpoint.ToString();
        using var rights = OwnersRights.Of(Path.GetDirectoryName(Path.GetFullPath(path))!).Take();
        RemoveOfDeadServer(endpoint, path);
        var socket = NewSocket();
        try
        {
            socket.Bind(endpoint);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, mode);
            return socket;
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new IOException(
                Path.GetDirectoryName(path) is { } folder && !Directory.Exists(folder) ? $"there is no folder {folder}" : exception.Message,
                exception);
        }
    }

    private static void RemoveOfDeadServer(UnixDomainSocketEndPoint endpoint, string path)
    {
        if (Path.Exists(path))
        {
            if (!IsSocket(path))
                throw new IOException("there is a file that is no socket");
            if (IsAlive(endpoint, path))
                throw new IOException("another server listens there");
            File.Delete(path);
        }
    }

    private static bool IsSocket(string path)
    {
        try
        {
            // For both ways: a pipe would wait for its other end.
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException exception)
        {
            return exception.HResult == NoSuchDevice;
        }
    }

    private static bool IsAlive(UnixDomainSocketEndPoint endpoint, string path)
    {
        using var probe = NewSocket();
        // A server whose backlog is full would have it wait.
        probe.Blocking = false;
        try
        {
            probe.Connect(endpoint);
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.WouldBlock)
        {
            return true;
        }
        catch (SocketException exception)
        {
            throw new IOException($"there is a socket that cannot be connected to: {exception.Message}", exception);
        }
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
