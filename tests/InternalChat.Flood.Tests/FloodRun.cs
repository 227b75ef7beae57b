using InternalChat.Flood.Options;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
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

    /// <summary>A load that ends, as by Ctrl-C, when enough was seen: it goes on for as long as that takes.</summary>
    internal static async Task<(int Status, string Output)> UntilAsync(SeenLines seen, int port, string arguments)
    {
        using var end = new CancellationTokenSource(Patience.Limit);
        using var output = new BeginWatch(seen);
        var running = FloodCommand.RunUntilAsync(
            $"{arguments} --duration 1h --target 127.0.0.1:{port} --warmup 0s".Split(' '), output, output, end.Token);
        await Task.WhenAny(seen.All, running);
        await end.CancelAsync();
        return (await running, output.ToString());
    }

    /// <summary>A load on a sound server that ends when so many lines of the server's have had this in them.</summary>
    internal static Task<(int Status, string Output)> UntilSeenAsync(ServerProcess server, string arguments, string part, int times) =>
        UntilSeenAsync(server, arguments, new SeenLines(part, times));

    internal static async Task<(int Status, string Output)> UntilSeenAsync(ServerProcess server, string arguments, SeenLines seen)
    {
        using var proxy = new TamperingProxy(server.EndPoint, () => seen.Note());
        return await UntilAsync(seen, proxy.Port, arguments);
    }

    /// <param name="arguments">Subcommand and options, separated by spaces.</param>
    /// <returns>The exit status, and all that was printed.</returns>
    internal static Task<(int Status, string Output)> WithAsync(string arguments) => EndedByAsync(arguments, CancellationToken.None);

    /// <param name="arguments">Subcommand and options, separated by spaces.</param>
    /// <param name="end">Ends the load early.</param>
    /// <returns>The exit status, and all that was printed.</returns>
    internal static async Task<(int Status, string Output)> EndedByAsync(string arguments, CancellationToken end)
    {
        using var output = new StringWriter();
        var status = await FloodCommand.RunUntilAsync(arguments.Split(' '), output, output, end);
        return (status, output.ToString());
    }

    /// <summary>
    /// Everything was proved. A busy machine may have been late with an open loop, which is no fault of the server, and then it is chance
    /// whether somebody was online when the load ended.
    /// </summary>
    internal static void AssertProved(string output)
    {
        var failures = Lines(output, "failure").Where(static line => !line.Contains("could not be kept up", StringComparison.Ordinal)
            && !line.Contains(" 0 online at the end", StringComparison.Ordinal));
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

    /// <summary>Every load says when it begins, and then once a second how it fares.</summary>
    private sealed class BeginWatch(SeenLines seen) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value is null)
                return;
            if (value.Contains(" for 1h", StringComparison.Ordinal) || value.Contains(" s  connections ", StringComparison.Ordinal))
                seen.Begin();
            seen.Note(value);
        }
    }
}
