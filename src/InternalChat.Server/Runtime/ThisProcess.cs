using System.Globalization;
using System.Reflection;

namespace InternalChat.Server.Runtime;

/// <summary>Which program the process runs, and with how many threads.</summary>
internal static class ThisProcess
{
    /// <summary>The program's version, and the commit that it was built from if that is known.</summary>
    public static string Version { get; } =
        typeof(ThisProcess).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>How many threads there are; null if the system does not tell.</summary>
    public static int? CountThreads()
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
