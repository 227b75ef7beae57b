using System.Globalization;
using InternalChat.Client;

namespace InternalChat.Flood.Scenarios.Sessions;

/// <summary>How many connections the operating system lets this process hold.</summary>
internal static class OpenFileLimit
{
    // Libraries, pipes and the report's files.
    private const int Others = 200;

    /// <exception cref="ChatException">There are fewer files than the connections need.</exception>
    internal static void Require(int connections)
    {
        const string Limits = "/proc/self/limits";
        if (!File.Exists(Limits))
            return;
        var line = File.ReadLines(Limits).First(limit => limit.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        if (long.TryParse(soft, CultureInfo.InvariantCulture, out var files) && files < connections + Others)
        {
            throw new ChatException(
                $"{connections} connections need {connections + Others} open files, the limit is {files}: raise ulimit -n");
        }
    }
}
