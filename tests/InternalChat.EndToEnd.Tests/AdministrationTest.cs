using System.Text.Json;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests;

/// <summary>Tests of <c>internalchat admin</c>: the real program asks the real server, a process each.</summary>
public abstract class AdministrationTest : EndToEndTest
{
    /// <summary>What follows <c>admin</c>, asked of this server.</summary>
    protected Task<ProgramRun> AdminAsync(ServerProcess server, params string[] arguments) => AdminAsync(server, "", arguments);

    /// <summary>The same, with something on the standard input.</summary>
    protected Task<ProgramRun> AdminAsync(ServerProcess server, string input, string[] arguments) =>
        RunAsync(input, ["admin", .. arguments, "--db-path", server.DatabasePath]);

    /// <summary>It is done, and nothing is complained about.</summary>
    protected async Task<string> DoneAsync(ServerProcess server, params string[] arguments)
    {
        var run = await AdminAsync(server, arguments);
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        return run.StandardOutput;
    }

    /// <summary>It is done; the answer for programs.</summary>
    protected async Task<JsonElement> JsonAsync(ServerProcess server, params string[] arguments)
    {
        using var document = JsonDocument.Parse(await DoneAsync(server, [.. arguments, "--json"]));
        return document.RootElement.Clone();
    }

    /// <summary>It is refused with one line, in which this stands.</summary>
    protected async Task RefusedAsync(ServerProcess server, int exitStatus, string reason, params string[] arguments)
    {
        var run = await AdminAsync(server, arguments);
        Assert.True(run.ExitCode == exitStatus && run.ErrorLines.Count == 1 && run.StandardOutput.Length == 0, run.ToString());
        Assert.Contains(reason, run.StandardError, StringComparison.Ordinal);
    }

    /// <summary>Runs the program to its end.</summary>
    protected Task<ProgramRun> RunAsync(string input, params string[] arguments) =>
        ServerProgram.RunToEndAsync(NewFolder().Path, arguments, environment: null, input);
}
