using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Observability;

/// <summary>
/// "Logs: one line each with event id, --log-format text|json". That no line holds a password or a body is checked for every server.
/// </summary>
public sealed partial class LogTests : EndToEndTest
{
    [Fact]
    public async Task Each_line_of_a_json_log_is_an_object_with_time_level_id_category_and_message()
    {
        var server = await LoggingServerAsync("json");
        var lines = server.Output.Whole.Split('\n');
        Assert.All(lines, static line =>
        {
            using var json = JsonDocument.Parse(line);
            var time = json.RootElement.GetProperty("Timestamp").GetString()!;
            Assert.True(DateTimeOffset.TryParseExact(
                time, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var logged), time);
            Assert.InRange(DateTimeOffset.UtcNow - logged, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(10));
            var level = json.RootElement.GetProperty("LogLevel").GetString();
            Assert.True(level is "Trace" or "Debug" or "Information" or "Warning" or "Error", line);
            Assert.InRange(json.RootElement.GetProperty("EventId").GetInt32(), 1, 9_999);
            Assert.NotEqual("", json.RootElement.GetProperty("Category").GetString());
            Assert.NotEqual("", json.RootElement.GetProperty("Message").GetString());
        });
        Assert.Contains(lines, static line => line.Contains("could not be stored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_line_of_a_text_log_has_time_level_category_and_id_and_no_colours()
    {
        var server = await LoggingServerAsync("text");
        Assert.All(server.Output.Whole.Split('\n'), static line => Assert.Matches(TextLine(), line));
        Assert.DoesNotContain('\u001b', server.Output.Whole);
    }

    [Fact]
    public async Task What_is_below_the_level_is_not_logged()
    {
        // Where the metrics are is information, and comes before the warning that everybody can read them.
        var server = Own(ServerProcess.Launch(ServerLaunch.Quick("--http", "*:0", "--log-level", "warning")));
        await server.Output.LineAsync("there is no login");
        await server.KillAsync();
        Assert.EndsWith("there is no login", server.Output.Whole, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', server.Output.Whole);
    }

    /// <summary>Everything that a conversation, refusals, broken connections and a broken disk give occasion to.</summary>
    private async Task<ServerProcess> LoggingServerAsync(string format)
    {
        var disk = await TroubleDisk.BuildAsync(NewFolder());
        var launch = ServerLaunch.Quick("--log-format", format, "--log-level", "trace", "--presence", "all") with
        {
            Environment = disk.Environment,
        };
        var server = await StartServerAsync(launch);
        server.Output.ExpectErrors("could not be stored|was not stored");
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await alice.TellAsync("bob", "a secret body");
        await bob.ReadFromAsync("alice");
        var stranger = await ConnectAsync(server);
        await stranger.ExpectErrorAsync("AUTH alice a-wrong-password", "AUTH_FAILED");
        stranger.Reset();
        disk.Break();
        await alice.ExpectErrorAsync("MSG bob another secret body", "STORAGE");
        disk.Heal();
        await bob.LeaveAsync();
        Assert.Equal(0, await server.TerminateAsync());
        return server;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (trce|dbug|info|warn|fail): [\w.]+\[\d{1,4}\] \S")]
    private static partial Regex TextLine();
}
