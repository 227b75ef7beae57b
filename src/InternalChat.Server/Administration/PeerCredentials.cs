using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace InternalChat.Server.Administration;

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
