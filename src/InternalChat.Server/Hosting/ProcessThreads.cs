using System.Globalization;

namespace InternalChat.Server.Hosting;

/// <summary>The threads of this process.</summary>
internal static class ProcessThreads
{
    /// <summary>How many there are; null where the system does not tell.</summary>
    public static int? Count()
    {
        try
        {
            var line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("Threads:", StringComparison.Ordinal));
            return int.Parse(line.AsSpan("Threads:".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }
}
