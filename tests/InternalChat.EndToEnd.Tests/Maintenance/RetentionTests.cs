using System.Globalization;
using System.Text.Json;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;
using Microsoft.Data.Sqlite;

namespace InternalChat.EndToEnd.Tests.Maintenance;

/// <summary><c>--retention</c>: old messages go, young ones stay, whatever happens meanwhile.</summary>
public sealed class RetentionTests : MaintenanceTest
{
    private const int Young = 50;

    [Fact]
    public async Task Old_messages_go_and_young_ones_stay_and_are_delivered()
    {
        const int Old = 5_000;
        var earlier = await FilledAsync(Old);
        var server = await RetainAsync(earlier, "30d", Old);
        await ExpectYoungAsync(server, Old);
        Assert.Equal(0, await server.TerminateAsync());
        await DoneAsync(earlier.DatabasePath, "check");
    }

    [Fact]
    public async Task Without_the_setting_nothing_goes()
    {
        const int Old = 100;
        var server = await StartAgainAsync(await FilledAsync(Old));
        Assert.Equal(Old + Young, (await (await LoginAsync(server, "alice")).HistoryAsync("bob", "200")).Count);
        Assert.Equal("off", SettingOf(await ConfigAsync()));

        static string SettingOf(ProgramRun run) => Parse(run.StandardOutput).GetProperty("retention").GetProperty("value").GetString()!;
    }

    [Fact]
    public async Task A_server_that_is_killed_in_the_middle_goes_on_where_it_was()
    {
        const int Old = 100_000;
        var disk = await TroubleDisk.BuildAsync(NewFolder());
        var earlier = await FilledAsync(Old);
        var server = await StartServerAsync(ServerLaunch.Quick("--retention", "30d") with
        {
            DatabasePath = earlier.DatabasePath,
            Secrets = earlier.Secrets,
            Environment = disk.Environment,
        });
        disk.HoldEach();
        var confirming = ConfirmAsync(earlier.DatabasePath);
        await Patience.UntilAsync(
            async () =>
            {
                await disk.StepAsync();
                return Oldest(earlier.DatabasePath) > 1;
            },
            static () => "something is removed");
        await confirming;
        await server.KillAsync();
        var left = Oldest(earlier.DatabasePath);
        Assert.InRange(left, 2, Old);
        Assert.DoesNotContain("Retention:", server.Output.Whole, StringComparison.Ordinal);

        server = Launch(earlier, "30d");
        var gone = server.Output.NextAsync("Retention:");
        await server.UntilListeningAsync();
        ExpectRemoved(await gone, Old);
        await ExpectYoungAsync(server, Old);
        await DoneAsync(earlier.DatabasePath, "check");
    }

    [Fact]
    public async Task A_start_with_the_clock_months_ahead_removes_nothing_until_somebody_confirms_it()
    {
        const int Unread = 30;
        var server = await StartServerAsync("--retention", "90d");
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var alice = await LoginAsync(server, "alice");
        for (var message = 1; message <= Unread; message++)
            await alice.QueueAsync("bob", $"unread {message}");
        Assert.Equal(0, await server.TerminateAsync());
        // Seen from the file, the clock is ahead by as much as everything in it is older.
        Execute(server.DatabasePath, """
            UPDATE messages SET created_at = created_at - 120 * 86400;
            UPDATE retention SET permitted = permitted - 120 * 86400, completed = completed - 120 * 86400;
            """);

        var later = Own(ServerProcess.Launch(ServerLaunch.Quick(["--retention", "90d", .. Watcher.Flags]) with
        {
            DatabasePath = server.DatabasePath,
            Secrets = server.Secrets,
        }));
        var waits = later.Output.NextAsync("would remove");
        await later.UntilListeningAsync();
        Assert.Contains($"would remove {Unread} messages from before", await waits, StringComparison.Ordinal);
        var watcher = Own(await Watcher.OfAsync(later));
        Assert.Equal(Unread, (await watcher.MetricsAsync())["internalchat_storage_retention_waiting"]);
        Assert.Equal(Unread, (await (await LoginAsync(later, "alice")).HistoryAsync("bob", "200")).Count);

        var waiting = Parse(await AdminAsync(server.DatabasePath, "status", "--json")).GetProperty("waiting");
        Assert.Equal(Unread, waiting.GetProperty("messages").GetInt32());
        Assert.Equal(Unread, waiting.GetProperty("undelivered").GetInt32());
        Assert.InRange(waiting.GetProperty("remaining_seconds").GetInt32(), 23 * 3_600, 24 * 3_600);
        Assert.Contains("waiting    30 messages", await AdminAsync(server.DatabasePath, "status"), StringComparison.Ordinal);

        var gone = later.Output.NextAsync("Retention:");
        await AdminAsync(server.DatabasePath, "now");
        ExpectRemoved(await gone, Unread);
        Assert.Equal(0, (await watcher.MetricsAsync())["internalchat_storage_retention_waiting"]);
        Assert.Equal(JsonValueKind.Null, Parse(await AdminAsync(server.DatabasePath, "status", "--json")).GetProperty("waiting").ValueKind);
    }

    [Fact]
    public async Task Without_retention_there_is_nothing_to_confirm()
    {
        var server = await StartServerAsync();
        var run = await RunAdminAsync(server.DatabasePath, "now");
        Assert.True(run.ExitCode == 1 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains("Retention is off", run.StandardError, StringComparison.Ordinal);
        Assert.StartsWith("off", await AdminAsync(server.DatabasePath, "status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_turns_it_on()
    {
        const int Old = 3_000;
        var earlier = await FilledAsync(Old);
        var settings = NewFolder().File("chat.json");
        await WriteAsync("""{ "Chat": { "Retention": "off" } }""");
        var server = await StartAgainAsync(earlier, "--config", settings);
        var alice = await LoginAsync(server, "alice");
        Assert.Equal(200, (await alice.HistoryAsync("bob", "200")).Count);
        await alice.LeaveAsync();

        var gone = server.Output.NextAsync("Retention:");
        await WriteAsync("""{ "Chat": { "Retention": "720h" } }""");
        Assert.Contains($"retention off -> 720h ({settings}, Chat:Retention)", await server.ReloadAsync(), StringComparison.Ordinal);
        await ConfirmAsync(earlier.DatabasePath);
        ExpectRemoved(await gone, Old);
        await ExpectYoungAsync(server, Old);

        Task WriteAsync(string text) => File.WriteAllTextAsync(settings, text, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("90")]
    [InlineData("90s")]
    [InlineData("always")]
    public async Task A_limit_that_makes_no_sense_is_refused_and_removes_nothing(string limit)
    {
        var earlier = await FilledAsync(old: 10);
        var run = await ServerProgram.RunToEndAsync(
            NewFolder().Path, ["serve", "--port", "0", "--db-path", earlier.DatabasePath, "--retention", limit]);
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains("--retention", run.StandardError, StringComparison.Ordinal);
        Assert.Equal(1, Oldest(earlier.DatabasePath));
    }

    private Task<ProgramRun> ConfigAsync() => ServerProgram.RunToEndAsync(NewFolder().Path, ["config", "--json"]);

    /// <summary>
    /// A server that has stopped, on whose database alice has written to bob: so many times long ago, and some a moment ago.
    /// </summary>
    private async Task<ServerProcess> FilledAsync(int old)
    {
        var server = await StartServerAsync();
        await (await LoginAsync(server, "bob")).LeaveAsync();
        await (await LoginAsync(server, "alice")).QueueAsync("bob", "the first of many");
        Assert.Equal(0, await server.TerminateAsync());
        Execute(server.DatabasePath, string.Create(CultureInfo.InvariantCulture, $"""
            WITH RECURSIVE numbers(number) AS (
                SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < {old + Young})
            INSERT INTO messages (id, sender_id, recipient_id, created_at, previous_in_conversation, previous_in_mailbox, body)
            SELECT number, sender_id, recipient_id, created_at, number - 1, number - 1, 'message with the number ' || number
            FROM numbers, messages WHERE id = 1;
            UPDATE messages SET created_at = created_at - 31 * 86400 WHERE id <= {old};
            """));
        return server;
    }

    private Task<ProgramRun> RunAdminAsync(string database, params string[] arguments) =>
        ServerProgram.RunToEndAsync(NewFolder().Path, ["admin", "retention", .. arguments, "--db-path", database]);

    /// <summary>What follows <c>admin retention</c>, which is done.</summary>
    private async Task<string> AdminAsync(string database, params string[] arguments)
    {
        var run = await RunAdminAsync(database, arguments);
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        return run.StandardOutput;
    }

    /// <summary>What is too old for a limit that is new is removed at once.</summary>
    private async Task ConfirmAsync(string database) =>
        Assert.StartsWith("confirmed", await AdminAsync(database, "now"), StringComparison.Ordinal);

    private ServerProcess Launch(ServerProcess earlier, string limit) => Own(ServerProcess.Launch(
        ServerLaunch.Quick("--retention", limit) with { DatabasePath = earlier.DatabasePath, Secrets = earlier.Secrets }));

    /// <summary>Starts the server again and waits until it has gone through the old messages.</summary>
    private async Task<ServerProcess> RetainAsync(ServerProcess earlier, string limit, int old)
    {
        var server = Launch(earlier, limit);
        var gone = server.Output.NextAsync("Retention:");
        await server.UntilListeningAsync();
        await ConfirmAsync(earlier.DatabasePath);
        ExpectRemoved(await gone, old);
        return server;
    }

    /// <summary>Those that a killed server had removed count for it.</summary>
    private static void ExpectRemoved(string line, int old)
    {
        var words = line[line.IndexOf("Retention:", StringComparison.Ordinal)..].Split(' ');
        Assert.InRange(int.Parse(words[1], CultureInfo.InvariantCulture), 1, old);
    }

    /// <summary>HISTORY has the young messages only, and so has the mailbox of bob, who was away all the time.</summary>
    private async Task ExpectYoungAsync(ServerProcess server, int old)
    {
        var expected = Enumerable.Range(old + 1, Young).Select(static id => (long)id).ToList();
        var history = await (await LoginAsync(server, "alice")).HistoryAsync("bob", "200");
        Assert.Equal(expected, history.Select(ServerFrame.IdOf));
        var bob = await LoginAsync(server, "bob");
        foreach (var id in expected)
            Assert.Equal(id, ServerFrame.IdOf(await bob.ReadFromAsync("alice")));
    }

    /// <summary>The oldest row of the log, looked at beside the server.</summary>
    private static long Oldest(string database)
    {
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = database, Pooling = false, Mode = SqliteOpenMode.ReadWrite }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT min(id) FROM messages";
        return (long)command.ExecuteScalar()!;
    }
}
