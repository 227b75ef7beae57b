using System.CommandLine;
using System.Text.Json;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.CommandLine;

namespace InternalChat.Server.Administration.Top;

/// <summary><c>admin top</c>: what happens in the server, second by second.</summary>
internal static class TopCommand
{
    private const string Path = "v1/top?interval_ms=1000";

    public static Command Create(AskedServer server)
    {
        var once = new Option<bool>("--once") { Description = "Print one second and return" };
        var command = new Command(
            "top", "Rates, latencies, sessions and the busiest users, every second; q ends it, t s r w n sort the users") { once };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var client = server.Connect(parsed);
            using var response = await client.OpenAsync(HttpMethod.Get, Path, body: null, cancellation);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
            if (server.WantsJson(parsed))
                await PrintAsync(lines, static line => line, parsed.GetValue(once), cancellation);
            else if (parsed.GetValue(once) || Console.IsOutputRedirected || Console.IsInputRedirected)
                await PrintAsync(lines, static line => TopView.Text(Read(line)), parsed.GetValue(once), cancellation);
            else
                await TopTerminal.RunAsync(lines, Read, cancellation);
            return ExitStatus.Success;
        });
        return command;
    }

    private static TopSample Read(string line) => JsonSerializer.Deserialize(line, TopJson.Default.TopSample)!;

    private static async Task PrintAsync(TextReader lines, Func<string, string> describe, bool once, CancellationToken cancellation)
    {
        while (await TopStream.NextAsync(lines, cancellation) is { } line)
        {
            Console.Out.WriteLine(describe(line));
            if (once)
                break;
        }
    }
}

/// <summary>The server's samples as they come.</summary>
internal static class TopStream
{
    /// <summary>The next one; null where the server has ended, in order or not.</summary>
    public static async Task<string?> NextAsync(TextReader lines, CancellationToken cancellation)
    {
        try
        {
            return await lines.ReadLineAsync(cancellation);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return null;
        }
    }
}
