using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace InternalChat.Server.Tuning;

/// <summary>The library that hashes passwords and speaks TLS.</summary>
internal static class OpenSsl
{
    private const string Library = "libssl.so.3";

    /// <summary>
    /// Ends a server at its start, rather than at its first connection, where there is no OpenSSL. It is not loaded where it lies in a
    /// usual place: the first connection does that, and until then a server is 3 MiB smaller.
    /// </summary>
    public static void Demand()
    {
        if (OperatingSystem.IsLinux() && Folders().Any(static folder => File.Exists(Path.Combine(folder, Library))))
            return;
        // Loads it, or says that it is missing and ends the process: .NET leaves no other way.
        _ = RandomNumberGenerator.GetBytes(1);
    }

    /// <summary>Where Debian and its kin have it, then where most others do.</summary>
    private static IEnumerable<string> Folders() =>
    [
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/usr/lib/aarch64-linux-gnu" : "/usr/lib/x86_64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
    ];
}
