using System.Net;
using System.Net.Sockets;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.CommandLine;

/// <summary>
/// "The same settings can come from appsettings.json and environment variables; the command line wins." That a source is
/// read shows in the server's refusal of the port it names, which is in use: so no test needs to guess a free one.
/// </summary>
public sealed class SettingsTests : EndToEndTest
{
    private readonly TcpListener _occupant = new(IPAddress.Loopback, 0);

    public SettingsTests() => _occupant.Start();

    private string PortInUse => $"{((IPEndPoint)_occupant.LocalEndpoint).Port}";

    [Fact]
    public async Task A_port_from_the_environment_is_used()
    {
        var run = await RunAsync([], Variables(("CHAT_PORT", PortInUse)));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(PortInUse, run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_from_appsettings_is_used()
    {
        var folder = NewFolder();
        await WriteSettingsAsync(folder.Path, PortInUse);
        var run = await ServerProgram.RunToEndAsync(folder.Path, []);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(PortInUse, run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_wins_over_appsettings()
    {
        var folder = NewFolder();
        await WriteSettingsAsync(folder.Path, "0");
        var run = await ServerProgram.RunToEndAsync(folder.Path, [], Variables(("CHAT_PORT", PortInUse)));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(PortInUse, run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_wins_over_the_environment()
    {
        // The harness gives --port 0; were the variable to win, the server would not start.
        var server = await StartServerAsync(ServerLaunch.Quick() with { Environment = Variables(("CHAT_PORT", PortInUse)) });
        await LoginAsync(server, "alice");
    }

    [Theory]
    [InlineData("CHAT_PORT", "abc")]
    [InlineData("CHAT_RATE_LIMIT", "banana")]
    [InlineData("CHAT_PASSWORD_ITERATIONS", "many")]
    [InlineData("CHAT_DURABILITY", "perhaps")]
    [InlineData("CHAT_PRESENCE", "some")]
    [InlineData("CHAT_REGISTRATION", "sometimes")]
    [InlineData("CHAT_MAX_CONNECTIONS", "lots")]
    [InlineData("CHAT_MAX_CONNECTIONS_PER_ADDRESS", "lots")]
    [InlineData("CHAT_AUTH_TIMEOUT", "soon")]
    public async Task A_wrong_value_in_the_environment_is_one_line_and_exit_status_2(string variable, string value)
    {
        var run = await RunAsync([], Variables((variable, value)));
        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.True(run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains(value, run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_path_may_come_from_the_environment()
    {
        var file = NewFolder().File("from-the-environment.db");
        var run = await RunAsync([], Variables(("CHAT_DB_PATH", Path.GetDirectoryName(file)!), ("CHAT_PORT", "0")));
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(Path.GetDirectoryName(file)!, run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_from_the_environment_are_obeyed()
    {
        var server = await StartServerAsync(ServerLaunch.Defaults() with
        {
            Environment = Variables(("CHAT_PASSWORD_ITERATIONS", "1000"), ("CHAT_RATE_LIMIT", "1/3600s")),
        });
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await alice.TellAsync("bob", "the only one");
        await alice.ExpectErrorAsync("MSG bob one too many", "RATE_LIMIT");
        await bob.ExpectAliveAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _occupant.Dispose();
        await base.DisposeAsync();
    }

    private Task<ProgramRun> RunAsync(string[] arguments, Dictionary<string, string> variables) =>
        ServerProgram.RunToEndAsync(NewFolder().Path, arguments, variables);

    private static Dictionary<string, string> Variables(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(variable => variable.Name, variable => variable.Value);

    private static Task WriteSettingsAsync(string folder, string port) =>
        File.WriteAllTextAsync(
            Path.Combine(folder, "appsettings.json"), $$"""{ "Chat": { "Port": {{port}} } }""", TestContext.Current.CancellationToken);
}
