using System.Globalization;
using System.Runtime.InteropServices;
using InternalChat.Server.Logging;

namespace InternalChat.Server.Runtime;

/// <summary>The files and sockets that this process has open, and how many it may.</summary>
internal static partial class OpenFiles
{
    // The database's connections, log files, listening sockets, epoll and what the runtime opens.
    private const int Reserve = 128;
    private const int ConnectionsWhereUnknown = 65_536;

    // A limit of 1,024 is what systems have who were not told of servers.
    private const int FewConnections = 1_000;

    /// <summary>Connections that may be open at one time. The runtime has raised the soft limit to the hard one by now.</summary>
    public static int MaxConnections() => Limit() is { } limit ? Math.Max(1, limit - Reserve) : ConnectionsWhereUnknown;

    /// <summary>Warns of a limit below which a server of some size cannot work, or does not do what it is told.</summary>
    /// <param name="maxConnections">Connections that are let in.</param>
    /// <param name="isChosen">Whether the operator says so.</param>
    /// <param name="logger">Who is told.</param>
    public static void WarnIfFew(int maxConnections, bool isChosen, ILogger logger)
    {
        if (Limit() is not { } limit)
            return;
        var possible = MaxConnections();
        if (maxConnections > possible)
            ServerLog.TooFewOpenFiles(logger, maxConnections, possible, limit);
        else if (!isChosen && possible < FewConnections)
            ServerLog.FewOpenFiles(logger, possible, limit);
    }

    /// <summary>How many may be open; null where there is no limit, or the system does not tell.</summary>
    public static int? Limit()
    {
        try
        {
            var line = File.ReadLines("/proc/self/limits")
                .First(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
            var soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>How many are open; null where the system does not tell.</summary>
    /// <remarks>.NET's own enumeration asks the system about each entry, and there are as many as connections.</remarks>
    public static int? Count()
    {
        if (!OperatingSystem.IsLinux() || OpenDirectory("/proc/self/fd") is not (not 0 and var directory))
            return null;
        var entries = 0;
        while (ReadDirectory(directory) != 0)
            entries++;
        _ = CloseDirectory(directory);
        // Without ".", ".." and the directory itself.
        return entries - 3;
    }

    [LibraryImport("libc", EntryPoint = "opendir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenDirectory(string path);

    [LibraryImport("libc", EntryPoint = "readdir")]
    private static partial nint ReadDirectory(nint directory);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseDirectory(nint directory);
}
