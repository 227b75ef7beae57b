using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace InternalChat.Server.Administration;

/// <summary>The Unix socket on which a running server answers its operator: where it is, and how it is made for nobody else.</summary>
internal static class AdministrationSocket
{
    // sockaddr_un.sun_path is 108 bytes with its NUL; Linux's figure, others have less.
    private const int MaxPathBytes = 107;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Where it is.</summary>
    /// <param name="setting">What the operator says: a path, <c>off</c>, or nothing, which is beside the database.</param>
    /// <param name="databasePath">Of the database.</param>
    /// <returns>Null where there is to be none.</returns>
    public static string? PathFor(string? setting, string databasePath) => setting switch
    {
        null => Path.GetFullPath(databasePath) + ".admin",
        "off" => null,
        _ => Path.GetFullPath(setting),
    };

    /// <summary>Whether the system can address a socket there.</summary>
    public static bool IsTooLong(string path) => Encoding.UTF8.GetByteCount(path) > MaxPathBytes;

    /// <summary>Why not.</summary>
    public static string TooLongReason(string path) =>
        $"the path {path} has {Encoding.UTF8.GetByteCount(path)} bytes, and a socket's path has at most {MaxPathBytes}";

    /// <summary>
    /// Removes a socket that a server left behind which was killed. Whoever calls it holds the database's lock: no other server of this
    /// database can be using it.
    /// </summary>
    /// <exception cref="IOException">Something else is there.</exception>
    public static void RemoveStale(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            return;
        if (file.Length > 0)
            throw new IOException($"The administration socket cannot be made: {path} is a file with something in it.");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            file.Delete();
            return;
        }
        catch (SocketException exception)
        {
            throw new IOException($"The administration socket {path} cannot be made: {exception.Message}", exception);
        }

        throw new IOException($"The administration socket {path} is in use by another program.");
    }

    /// <summary>
    /// Makes a socket that only the owner can connect to. At no moment others can: until it listens, which is later, nobody is let in.
    /// </summary>
    public static Socket Bind(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        // Elsewhere the folder's rights are the file's.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(endpoint.ToString()!, OwnerOnly);
        return socket;
    }
}
