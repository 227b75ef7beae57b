using System.Text;
using InternalChat.Server.Network.UnixSockets;

namespace InternalChat.Server.Administration;

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
