using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Maintenance;

public sealed class DatabaseCommandTests : MaintenanceTest
{
    private const int PageBytes = 4_096;

    [Fact]
    public async Task Check_finds_a_chain_that_is_broken()
    {
        var server = await StartServerAsync();
        var (alice, _) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        for (var message = 0; message < 3; message++)
            await alice.TellAsync("bob", "a link of the chain");
        Assert.Contains("whole", await DoneAsync(server.DatabasePath, "check"), StringComparison.Ordinal);
        Assert.Equal(0, await server.TerminateAsync());
        Assert.True((await JsonAsync(server.DatabasePath, "check")).GetProperty("is_whole").GetBoolean());

        Execute(server.DatabasePath, "UPDATE messages SET previous_in_conversation = 0 WHERE id = 2");
        var run = await FailedAsync(server.DatabasePath, "not whole: 1 finding", "check");
        Assert.StartsWith("message 2", run.StandardOutput, StringComparison.Ordinal);
        var answer = Parse((await FailedAsync(server.DatabasePath, "not whole", "check", "--json")).StandardOutput);
        Assert.Equal(1, answer.GetProperty("finding_count").GetInt32());
        var finding = Assert.Single(answer.GetProperty("findings").EnumerateArray());
        Assert.StartsWith("message 2", finding.GetString(), StringComparison.Ordinal);
        await FailedAsync(server.DatabasePath, "damaged, so it was not backed up", "backup", NewFolder().File("backup.db"));
    }

    [Fact]
    public async Task Check_finds_pages_that_are_damaged()
    {
        var server = await StartServerAsync();
        var (alice, _) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        for (var message = 0; message < 30; message++)
            await alice.TellAsync("bob", new string('x', 4_000));
        Assert.Equal(0, await server.TerminateAsync());
        await using (var file = new FileStream(server.DatabasePath, FileMode.Open))
        {
            file.Position = file.Length / 2 / PageBytes * PageBytes;
            file.Write(new byte[2 * PageBytes]);
        }

        await FailedAsync(server.DatabasePath, "not whole", "check");
        await FailedAsync(server.DatabasePath, "could not be written anew", "vacuum");
    }

    [Fact]
    public async Task Stats_agree_with_what_was_sent()
    {
        var server = await StartServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await (await LoginAsync(server, "carol")).LeaveAsync();
        await (await LoginAsync(server, "dave")).LeaveAsync();
        for (var message = 0; message < 5; message++)
            await alice.QueueAsync("carol", "until you come");
        await bob.QueueAsync("dave", "until you come");
        var last = await alice.TellAsync("bob", "read at once");
        await bob.ReadFromAsync("alice");
        await bob.ExpectAsync($"READ {last}", $"OK read {last}");
        await bob.ExpectAsync("BLOCK dave", "OK blocked dave");
        Assert.Equal(0, await server.TerminateAsync());

        var stats = await JsonAsync(server.DatabasePath, "stats");
        Assert.Equal(server.DatabasePath, stats.GetProperty("database").GetString());
        Assert.Equal(new FileInfo(server.DatabasePath).Length, stats.GetProperty("database_bytes").GetInt64());
        Assert.Equal((7, 0), (stats.GetProperty("messages").GetInt32(), stats.GetProperty("wiped_messages").GetInt32()));
        var (oldest, newest) = (stats.GetProperty("oldest"), stats.GetProperty("newest"));
        Assert.Equal((1, last), (oldest.GetProperty("id").GetInt64(), newest.GetProperty("id").GetInt64()));
        Assert.Equal((last, 0), (stats.GetProperty("last_message_id").GetInt64(), stats.GetProperty("messages_to_replay").GetInt32()));
        Assert.InRange(
            newest.GetProperty("created_at").GetDateTime(), DateTime.UtcNow.AddMinutes(-5), DateTime.UtcNow.AddMinutes(5));
        Assert.Equal(6, stats.GetProperty("pending_messages").GetInt32());
        Assert.Equal(
            ["carol 5", "dave 1"],
            stats.GetProperty("most_pending").EnumerateArray().Select(
                static entry => $"{entry.GetProperty("user")} {entry.GetProperty("messages")}"));
        var tables = stats.GetProperty("tables").EnumerateArray().ToDictionary(
            static table => table.GetProperty("table").GetString()!, static table => table.GetProperty("rows").GetInt32());
        Assert.Equal((4, 7, 1, 1), (tables["users"], tables["messages"], tables["receipts"], tables["blocks"]));

        var text = await DoneAsync(server.DatabasePath, "stats");
        Assert.Matches(@"(?s)\nmessages +7, .*\nwaiting +6\n.*\nTABLE +ROWS\nmessages +7\n.*\nUSER +WAITING\ncarol +5\ndave +1\n$", text);
    }

    [Fact]
    public async Task Vacuum_gives_back_the_room_of_what_was_removed()
    {
        var server = await StartServerAsync();
        var (alice, _) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        for (var message = 0; message < 200; message++)
            await alice.TellAsync("bob", new string('x', 4_000));
        Assert.Equal(0, await server.TerminateAsync());
        Execute(server.DatabasePath, "DELETE FROM messages WHERE id <= 190");
        var answer = await JsonAsync(server.DatabasePath, "vacuum");
        var after = answer.GetProperty("bytes_after").GetInt64();
        Assert.InRange(after, 1, answer.GetProperty("bytes_before").GetInt64() / 4);
        Assert.Equal(after, new FileInfo(server.DatabasePath).Length);
        await DoneAsync(server.DatabasePath, "check");
        var next = await StartAgainAsync(server);
        Assert.Equal(10, (await (await LoginAsync(next, "alice")).HistoryAsync("bob")).Count);
        Assert.Equal(201, await (await LoginAsync(next, "carol")).TellAsync("bob", "no id comes twice"));
    }

    [Fact]
    public async Task What_root_makes_belongs_to_the_servers_user()
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux())
            Assert.Skip("Only root on Linux may give files away.");
        var server = await StartServerAsync();
        Assert.Equal(0, await server.TerminateAsync());
        var (folder, backup) = (Path.GetDirectoryName(server.DatabasePath)!, NewFolder().File("backup.db"));
        File.Delete(server.DatabasePath + ".lock");
        await DoneAsync(server.DatabasePath, "backup", backup);
        Assert.Equal(0, (await ProgramRun.ToEndAsync("chown", "-R", "54321:54322", folder)).ExitCode);
        await DoneAsync(server.DatabasePath, "vacuum");
        await ExpectOwnersAsync();
        File.Delete(server.DatabasePath);
        await DoneAsync(server.DatabasePath, "restore", backup);
        await ExpectOwnersAsync();
        var elsewhere = Path.Combine(folder, "made", "for it", "chat.db");
        await DoneAsync(elsewhere, "restore", backup);
        await ExpectOwnersOfAsync(
            elsewhere, elsewhere + ".lock", Path.Combine(folder, "made"), Path.Combine(folder, "made", "for it"));

        Task ExpectOwnersAsync() => ExpectOwnersOfAsync(server.DatabasePath, server.DatabasePath + ".lock");

        async Task ExpectOwnersOfAsync(params string[] paths)
        {
            var run = await ProgramRun.ToEndAsync("stat", ["-c", "%u:%g", .. paths]);
            Assert.Equal(string.Concat(paths.Select(static _ => "54321:54322\n")), run.StandardOutput);
        }
    }

    [Theory]
    [InlineData("check")]
    [InlineData("stats")]
    [InlineData("vacuum")]
    [InlineData("backup", "copy.db")]
    public async Task A_database_that_is_not_there_is_not_made(params string[] arguments)
    {
        var folder = NewFolder();
        await FailedAsync(folder.File("missing.db"), "missing.db", arguments);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task The_database_is_found_as_serve_finds_it()
    {
        var server = await StartServerAsync();
        Assert.Equal(0, await server.TerminateAsync());
        var folder = NewFolder();
        await File.WriteAllTextAsync(
            folder.File("appsettings.json"),
            $$"""{ "Chat": { "DbPath": "{{server.DatabasePath}}" } }""",
            TestContext.Current.CancellationToken);
        await ExpectWholeAsync(folder.Path, new Dictionary<string, string>());
        await ExpectWholeAsync(NewFolder().Path, new Dictionary<string, string> { ["CHAT_DB_PATH"] = server.DatabasePath });

        async Task ExpectWholeAsync(string workingDirectory, Dictionary<string, string> environment)
        {
            var run = await ServerProgram.RunToEndAsync(workingDirectory, ["db", "check"], environment);
            Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
            Assert.StartsWith(server.DatabasePath, run.StandardOutput, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("restore")]
    [InlineData("backup", "one.db", "two.db")]
    [InlineData("vacuum", "--force")]
    [InlineData("check", "surprise")]
    public async Task Wrong_usage_is_exit_status_2_and_touches_nothing(params string[] arguments)
    {
        var folder = NewFolder();
        var run = await RunAsync(folder.File("chat.db"), arguments);
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1 && run.StandardOutput.Length == 0, run.ToString());
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
