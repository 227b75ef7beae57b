using System.Text.Json;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.CommandLine;

/// <summary>"Recognise the first, warn of the second, take the third as unset."</summary>
public sealed class EnvironmentTests : EndToEndTest
{
    [Fact]
    public async Task A_server_starts_beside_a_service_of_its_name_and_says_so()
    {
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = new Dictionary<string, string>
            {
                ["CHAT_PORT"] = "tcp://10.96.0.1:9000",
                ["CHAT_PORT_9000_TCP_ADDR"] = "10.96.0.1",
                ["CHAT_REGISTRATON"] = "closed",
                ["CHAT_HTTP"] = "",
                ["CHAT_AUTH_TIMEOUT"] = "5s\n",
            },
        });
        await LoginAsync(server, "alice");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Equal(3, server.Output.Whole.Split("[3601]").Length);
        Assert.Matches(@"warn: InternalChat\[3601\] environment: .*enableServiceLinks", server.Output.Whole);
        Assert.Contains("did you mean CHAT_REGISTRATION?", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_a_service_link_names_is_none()
    {
        var run = await ConfigAsync(("CHAT_PORT", "tcp://10.96.0.1:9000"), ("CHAT_PRESENCES", "off"), ("CHAT_MAX_CONNECTIONS", ""));
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 2, run.ToString());
        Assert.All(run.ErrorLines, static line => Assert.StartsWith("warning: CHAT_P", line, StringComparison.Ordinal));
        using var settings = JsonDocument.Parse(run.StandardOutput);
        foreach (var (name, value) in new[] { ("port", "9000"), ("presence", "all"), ("max-connections", "auto") })
        {
            var setting = settings.RootElement.GetProperty(name);
            Assert.Equal((value, "default"), (setting.GetProperty("value").GetString(), setting.GetProperty("source").GetString()));
        }
    }

    [Fact]
    public async Task An_address_that_is_no_service_link_is_a_wrong_port()
    {
        var run = await ConfigAsync(("CHAT_PORT", "127.0.0.1:9000"));
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1, run.ToString());
    }

    [Fact]
    public async Task A_key_of_the_settings_file_that_does_not_exist_is_refused_with_the_nearest_one()
    {
        var folder = NewFolder();
        await File.WriteAllTextAsync(
            folder.File("appsettings.json"), """{ "Chat": { "Registraton": "closed" } }""", TestContext.Current.CancellationToken);
        var run = await ServerProgram.RunToEndAsync(folder.Path, ["config"]);
        Assert.Equal(
            "appsettings.json: there is no setting Chat:Registraton; did you mean Registration?\n", run.StandardError);
    }

    private Task<ProgramRun> ConfigAsync(params (string Name, string Value)[] variables) => ServerProgram.RunToEndAsync(
        NewFolder().Path, ["config", "--json"], variables.ToDictionary(variable => variable.Name, variable => variable.Value));
}
