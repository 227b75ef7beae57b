using System.Text.Json;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.CommandLine;

/// <summary>"<c>internalchat config</c> prints the effective one and where each value came from."</summary>
public sealed class ConfigTests : EndToEndTest
{
    [Fact]
    public async Task Each_setting_says_where_it_came_from()
    {
        var folder = NewFolder();
        await WriteAsync(folder.File("appsettings.json"), """{ "Chat": { "Port": 7001, "Presence": "off", "RateLimit": "5/1s" } }""");
        var settings = await ReadJsonAsync(
            folder, ["--port", "7003"], new() { ["CHAT_PORT"] = "7002", ["CHAT_PRESENCE"] = "contacts" });

        AssertSetting(settings, "port", "7003", "--port");
        AssertSetting(settings, "presence", "contacts", "CHAT_PRESENCE");
        AssertSetting(settings, "rate-limit", "5/1s", "appsettings.json, Chat:RateLimit");
        AssertSetting(settings, "durability", "full", "default");
        AssertSetting(settings, "tls-cert", null, "default");
    }

    [Fact]
    public async Task The_table_for_people_has_a_line_for_each_setting()
    {
        var folder = NewFolder();
        var table = await ServerProgram.RunToEndAsync(folder.Path, ["config", "--port", "7003"]);
        var settings = await ReadJsonAsync(folder, [], []);

        Assert.Equal(0, table.ExitCode);
        var lines = table.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(settings.Select(setting => setting.Name), lines.Skip(1).Select(line => line.Split(' ')[0]));
        Assert.Matches(@"\nport +7003 +--port +at restart\n", table.StandardOutput);
    }

    [Fact]
    public async Task A_settings_file_may_be_named_have_comments_and_lie_anywhere()
    {
        var file = NewFolder().File(".chat.json");
        await WriteAsync(file, """
            {
              // The port of the office.
              "Chat": { "Port": 7004, /* and no more */ },
            }
            """);
        AssertSetting(await ReadJsonAsync(NewFolder(), ["--config", file], []), "port", "7004", $"{file}, Chat:Port");
    }

    [Fact]
    public async Task The_environment_may_name_the_settings_file_and_the_command_line_another()
    {
        var folder = NewFolder();
        await WriteAsync(folder.File("one.json"), """{ "Chat": { "Port": 7005 } }""");
        await WriteAsync(folder.File("other.json"), """{ "Chat": { "Port": 7006 } }""");
        var environment = new Dictionary<string, string> { ["CHAT_CONFIG"] = folder.File("one.json") };
        AssertSetting(await ReadJsonAsync(NewFolder(), [], environment), "port", "7005", $"{folder.File("one.json")}, Chat:Port");
        AssertSetting(await ReadJsonAsync(folder, ["--config", "other.json"], environment), "port", "7006", "other.json, Chat:Port");

        var run = await ServerProgram.RunToEndAsync(
            folder.Path, ["config"], new Dictionary<string, string> { ["CHAT_CONFIG"] = "missing.json" });
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("CHAT_CONFIG: there is no file missing.json\n", run.StandardError);
    }

    [Fact]
    public async Task A_named_settings_file_stands_in_for_the_one_in_the_working_directory()
    {
        var folder = NewFolder();
        await WriteAsync(folder.File("appsettings.json"), """{ "Chat": { "Port": 7001 } }""");
        await WriteAsync(folder.File("other.json"), """{ "Chat": { "Presence": "off" } }""");
        AssertSetting(await ReadJsonAsync(folder, ["--config", "other.json"], []), "port", "9000", "default");
    }

    [Fact]
    public async Task A_named_settings_file_that_is_missing_is_refused()
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["--config", "missing.json"]);
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains("missing.json", run.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("5")]
    [InlineData("""{ "Port": 9000 }""")]
    [InlineData("""{ "Chat": 9000 }""")]
    [InlineData("""{ "Chat": { "Prot": 9000 } }""")]
    [InlineData("""{ "Chat": { "Port": [9000, 9001] } }""")]
    [InlineData("""{ "Chat": { "Port": { "Number": 9000 } } }""")]
    [InlineData("""{ "Chat": { "Port": 9000, "port": 9001 } }""")]
    [InlineData("""{ "Chat": { "Port": "many" } }""")]
    public async Task A_settings_file_that_is_wrong_is_one_line_by_every_command_that_reads_it(string text)
    {
        var folder = NewFolder();
        await WriteAsync(folder.File("wrong.json"), text);
        foreach (var command in new[] { "serve", "config" })
        {
            var run = await ServerProgram.RunToEndAsync(folder.Path, [command, "--config", "wrong.json"]);
            Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1 && run.StandardOutput.Length == 0, run.ToString());
            Assert.StartsWith("wrong.json", run.StandardError, StringComparison.Ordinal);
        }
    }

    private static async Task<List<(string Name, JsonElement Setting)>> ReadJsonAsync(
        TemporaryFolder folder, string[] arguments, Dictionary<string, string> environment)
    {
        var run = await ServerProgram.RunToEndAsync(folder.Path, ["config", "--json", .. arguments], environment);
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        using var document = JsonDocument.Parse(run.StandardOutput);
        return [.. document.RootElement.EnumerateObject().Select(member => (member.Name, member.Value.Clone()))];
    }

    private static void AssertSetting(List<(string Name, JsonElement Setting)> settings, string name, string? value, string source)
    {
        var setting = settings.Single(setting => setting.Name == name).Setting;
        Assert.Equal(value, setting.GetProperty("value").GetString());
        Assert.Equal(source, setting.GetProperty("source").GetString());
    }

    private static Task WriteAsync(string file, string text) => File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
}
