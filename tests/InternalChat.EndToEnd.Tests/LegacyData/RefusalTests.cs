using System.Security.Cryptography;
using InternalChat.TestKit.Processes;
using Microsoft.Data.Sqlite;

namespace InternalChat.EndToEnd.Tests.LegacyData;

/// <summary>A database that the server cannot use is refused in one line, and is not touched.</summary>
public sealed class RefusalTests : EndToEndTest
{
    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_untouched()
    {
        var file = NewFolder().File("letter.txt");
        await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat("Dear reader, this is no database.\n", 200)),
            TestContext.Current.CancellationToken);
        await ExpectRefusalAsync(file);
    }

    [Fact]
    public async Task A_database_cut_short_is_refused_and_untouched()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        await server.TerminateAsync();
        await using (var file = new FileStream(server.DatabasePath, FileMode.Open))
            file.SetLength(50);
        await ExpectRefusalAsync(server.DatabasePath);
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_and_untouched()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        await server.TerminateAsync();
        var source = new SqliteConnectionStringBuilder { DataSource = server.DatabasePath, Pooling = false };
        using (var connection = new SqliteConnection(source.ToString()))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 1000000";
            command.ExecuteNonQuery();
        }

        await ExpectRefusalAsync(server.DatabasePath);
    }

    [Fact]
    public async Task A_directory_is_refused()
    {
        var folder = NewFolder();
        var run = await RunAsync(folder.Path);
        ExpectOneLine(run);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_database_that_another_server_holds_is_refused_and_the_other_is_not_disturbed()
    {
        var server = await StartServerAsync();
        var alice = await LoginAsync(server, "alice");
        ExpectOneLine(await RunAsync(server.DatabasePath));
        ExpectOneLine(await RunAsync(server.DatabasePath));
        var bob = await LoginAsync(server, "bob");
        await bob.TellAsync("alice", "still here");
        await alice.ReadFromAsync("bob");
        Assert.Equal(0, await server.TerminateAsync());

        var next = await StartAgainAsync(server);
        Assert.Single(await (await LoginAsync(next, "alice")).HistoryAsync("bob"));
    }

    [Fact]
    public async Task A_database_whose_server_was_killed_is_not_held_any_more()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        await server.KillAsync();
        var next = await StartAgainAsync(server);
        await LoginAsync(next, "alice");
    }

    private async Task ExpectRefusalAsync(string file)
    {
        var (before, neighbours) = (await DigestAsync(file), NeighboursOf(file));
        ExpectOneLine(await RunAsync(file));
        Assert.Equal(before, await DigestAsync(file));
        Assert.Equal(neighbours, NeighboursOf(file));
    }

    private Task<ProgramRun> RunAsync(string database) =>
        ServerProgram.RunToEndAsync(NewFolder().Path, ["--port", "0", "--db-path", database]);

    private static void ExpectOneLine(ProgramRun run)
    {
        Assert.True(run.ExitCode != 0, run.ToString());
        Assert.True(run.ErrorLines.Count == 1, run.ToString());
        Assert.DoesNotContain("   at ", run.StandardOutput, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> NeighboursOf(string file) => [.. Directory.EnumerateFiles(Path.GetDirectoryName(file)!).Order()];

    private static async Task<string> DigestAsync(string file) =>
        Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
}
