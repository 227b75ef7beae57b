using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using InternalChat.Server.Network;

namespace InternalChat.Server.Administration.Http;

/// <summary>The Unix socket on which a running server answers its operator: where it is, and that nobody else may connect to it.</summary>
internal static class AdministrationSocket
{
    /// <summary>Who may connect: the owner.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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

    /// <summary>Why the system cannot address a socket there (<see cref="UnixSocketFile.IsTooLong"/>).</summary>
    public static string TooLongReason(string path) =>
        $"the path {path} has {Encoding.UTF8.GetByteCount(path)} bytes, and a socket's path has at most {UnixSocketFile.MaxPathBytes}";
}

/// <summary>Who is at the other end of a Unix socket, as the system vouches for it.</summary>
/// <param name="ProcessId">The process that connected, or that listens where we have connected.</param>
/// <param name="UserId">Its effective user at that moment.</param>
internal sealed partial record PeerCredentials(int ProcessId, uint UserId)
{
    // struct ucred and its option, <sys/socket.h>; the same on every architecture that .NET runs on under Linux.
    private const int SocketLevel = 1;
    private const int PeerCredentialsOption = 17;
    private const int CredentialsBytes = 12;

    /// <summary>Root, or whoever runs this program.</summary>
    public bool IsRootOrUs => UserId == 0 || UserId == GetEffectiveUserId();

    /// <summary>Asks the system.</summary>
    /// <returns>Null where it cannot tell.</returns>
    public static PeerCredentials? Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> credentials = stackalloc byte[CredentialsBytes];
        return socket.GetRawSocketOption(SocketLevel, PeerCredentialsOption, credentials) == CredentialsBytes
            ? new PeerCredentials(MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[sizeof(int)..]))
            : null;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetEffectiveUserId();
}
