using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.CommandLine;

/// <summary>The commands beside <c>serve</c>, and that <c>serve</c> is what happens without one.</summary>
public sealed class CommandTests : EndToEndTest
{
    [Fact]
    public async Task Serve_is_what_the_program_does_without_a_command()
    {
        var server = await StartServerAsync(ServerLaunch.Quick() with { Command = "serve" });
        await LoginAsync(server, "alice");
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Theory]
    [InlineData("serve", "--port", "abc")]
    [InlineData("serve", "surprise")]
    [InlineData("config", "--port", "abc")]
    [InlineData("config", "surprise")]
    [InlineData("version", "--port", "9000")]
    [InlineData("admin", "surprise")]
    [InlineData("db", "surprise")]
    public async Task Wrong_usage_of_any_command_is_one_line_on_stderr_and_exit_status_2(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1 && run.StandardOutput.Length == 0, run.ToString());
        Assert.Contains(arguments[1], run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_before_the_command_is_refused_and_not_ignored()
    {
        var run = await RunAsync("--port", "9001", "config");
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains("--port", run.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve", "--port")]
    [InlineData("config", "--json")]
    [InlineData("version", "--help")]
    [InlineData("db", "restore <FILE>")]
    public async Task Every_command_has_help(string command, string expected)
    {
        var run = await RunAsync(command, "--help");
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        Assert.Contains(expected, run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_names_the_program_the_runtime_and_SQLite()
    {
        var run = await RunAsync("version");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^internalchat \d+\.\d+\.\d+\S*\n\.NET 10\.\S+, \S+\nSQLite 3\.\S+\n$", run.StandardOutput);
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) => ServerProgram.RunToEndAsync(NewFolder().Path, arguments);
}
