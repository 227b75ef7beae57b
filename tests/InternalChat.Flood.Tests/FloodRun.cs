using InternalChat.Flood.Options;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>The whole tool as users start it, within this process.</summary>
internal static class FloodRun
{
    /// <param name="port">Of the server, or of what stands before it.</param>
    /// <param name="arguments">Subcommand and options, separated by spaces.</param>
    /// <returns>The exit status, and all that was printed.</returns>
    internal static Task<(int Status, string Output)> AgainstAsync(int port, string arguments) =>
        WithAsync($"{arguments} --target 127.0.0.1:{port} --warmup 0s");

    /// <param name="arguments">Subcommand and options, separated by spaces.</param>
    /// <returns>The exit status, and all that was printed.</returns>
    internal static async Task<(int Status, string Output)> WithAsync(string arguments)
    {
        using var output = new StringWriter();
        var status = await FloodCommand.RunAsync(arguments.Split(' '), output, output);
        return (status, output.ToString());
    }

    /// <summary>Everything was proved. A busy machine may have been late with an open loop, which is no fault of the server.</summary>
    internal static void AssertProved(string output)
    {
        var failures = Lines(output, "failure").Where(line => !line.Contains("could not be kept up", StringComparison.Ordinal));
        Assert.True(Lines(output, "proof").Any() && !failures.Any(), output);
    }

    /// <summary>Wrong usage is one line, and exit status 2.</summary>
    internal static async Task AssertRefusedAsync(string arguments)
    {
        var (status, output) = await WithAsync(arguments);
        Assert.Equal(ExitStatus.Usage, status);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
    }

    /// <summary>What stands behind a label of the report, its further lines included.</summary>
    internal static IEnumerable<string> Lines(string output, string label)
    {
        var isMeant = false;
        foreach (var line in output.Split('\n'))
        {
            isMeant = line.StartsWith(label, StringComparison.Ordinal) || (isMeant && line.StartsWith("   ", StringComparison.Ordinal));
            if (isMeant)
                yield return line;
        }
    }
}
