using System.Text.Json;
using InternalChat.TestKit.Processes;
using Microsoft.Data.Sqlite;

namespace InternalChat.EndToEnd.Tests;

/// <summary>Tests of <c>internalchat db</c>: the real program works on the file of a real server, a process each.</summary>
public abstract class MaintenanceTest : EndToEndTest
{
    /// <summary>What follows <c>db</c>, on this file.</summary>
    protected Task<ProgramRun> RunAsync(string database, params string[] arguments) =>
        ServerProgram.RunToEndAsync(NewFolder().Path, ["db", .. arguments, "--db-path", database]);

    /// <summary>It is done, and nothing is complained about.</summary>
    protected async Task<string> DoneAsync(string database, params string[] arguments)
    {
        var run = await RunAsync(database, arguments);
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        return run.StandardOutput;
    }

    /// <summary>It is done; the answer for programs.</summary>
    protected async Task<JsonElement> JsonAsync(string database, params string[] arguments) =>
        Parse(await DoneAsync(database, [.. arguments, "--json"]));

    /// <summary>It fails with one line, in which this stands.</summary>
    protected async Task<ProgramRun> FailedAsync(string database, string reason, params string[] arguments)
    {
        var run = await RunAsync(database, arguments);
        Assert.True(run.ExitCode == 1 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains(reason, run.StandardError, StringComparison.Ordinal);
        return run;
    }

    protected static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    /// <summary>Changes the file behind everybody's back. No server has it.</summary>
    protected static void Execute(string database, string sql)
    {
        var source = new SqliteConnectionStringBuilder { DataSource = database, Pooling = false };
        using var connection = new SqliteConnection(source.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
