using System.Globalization;

namespace InternalChat.Server.Hosting;

/// <summary>How many connections the limit of open files leaves room for.</summary>
internal static class OpenFileLimit
{
    // The database's connections, log files, listening sockets, epoll and what the runtime opens.
    private const int Reserve = 128;
    private const int WhereUnknown = 65_536;

    /// <summary>Connections that may be open at one time. The runtime has raised the soft limit to the hard one by now.</summary>
    public static int MaxConnections()
    {
        try
        {
            var line = File.ReadLines("/proc/self/limits").First(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
            var soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                ? Math.Max(1, limit - Reserve)
                : WhereUnknown;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return WhereUnknown;
        }
    }
}
