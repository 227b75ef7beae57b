using System.CommandLine;
using System.Text.Json;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.CommandLine.Admin.Top;

/// <summary><c>admin top</c>: what happens in the server, second by second.</summary>
internal static class TopCommand
{
    private const string Path = "v1/top?interval_ms=1000";

    public static Command Create(AdminServer server)
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

    private static TopSample Read(string line) => JsonSerializer.Deserialize(line, AdministrationJson.Default.TopSample)!;

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
