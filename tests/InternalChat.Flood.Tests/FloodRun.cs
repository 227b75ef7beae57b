using InternalChat.Flood.Options;

namespace InternalChat.Flood.Tests;

/// <summary>The whole tool as users start it, within this process.</summary>
internal static class FloodRun
{
    /// <param name="port">Of the server, or of what stands before it.</param>
    /// <param name="arguments">Subcommand and options, separated by spaces.</param>
    /// <returns>The exit status, and all that was printed.</returns>
    internal static async Task<(int Status, string Output)> AgainstAsync(int port, string arguments)
    {
        using var output = new StringWriter();
        var status = await FloodCommand.RunAsync(
            [.. arguments.Split(' '), "--target", $"127.0.0.1:{port}", "--warmup", "0s"], output, output);
        return (status, output.ToString());
    }
}
