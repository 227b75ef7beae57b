using System.Globalization;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Maintenance;

public sealed class BackupCommandTests : MaintenanceTest
{
    private const string Age = "internalchat_backup_age_seconds";
    private const int SentBefore = 2_000;

    [Fact]
    public async Task A_backup_under_load_restores_to_a_server_that_has_all_that_was_acknowledged_before_it_began()
    {
        var server = await StartServerAsync();
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var alice = await LoginAsync(server, "alice");
        await alice.SendAsync(Enumerable.Range(1, SentBefore).Select(Command));
        for (var reply = 1; reply <= SentBefore; reply++)
            Assert.Equal($"OK queued {reply}", await alice.ReadReplyAsync("waiting for an acknowledgement"));

        var backup = NewFolder().File("backup.db");
        var acknowledged = SentBefore;
        using var enough = new CancellationTokenSource();
        var talking = Task.Run(TalkAsync, TestContext.Current.CancellationToken);
        var before = Volatile.Read(ref acknowledged);
        var answer = await JsonAsync(server.DatabasePath, "backup", backup);
        await enough.CancelAsync();
        await talking;
        await server.KillAsync();
        var last = answer.GetProperty("last_message_id").GetInt32();
        Assert.InRange(last, before, acknowledged);
        Assert.True(acknowledged > before);
        Assert.Equal(new FileInfo(backup).Length, answer.GetProperty("bytes").GetInt64());

        var restored = await JsonAsync(server.DatabasePath, "restore", backup);
        Assert.True(File.Exists(restored.GetProperty("kept").GetString()), restored.ToString());
        var next = await StartAgainAsync(server);
        var bob = await LoginAsync(next, "bob");
        for (var number = 1; number <= last; number++)
        {
            var from = await bob.ReadFromAsync("alice");
            Assert.Equal(number, ServerFrame.IdOf(from));
            Assert.EndsWith($" {Body(number)}", from, StringComparison.Ordinal);
        }

        Assert.Equal(last + 1, await (await LoginAsync(next, "alice")).TellAsync("bob", "and it goes on from there"));

        async Task TalkAsync()
        {
            while (!enough.IsCancellationRequested)
            {
                Assert.Equal(acknowledged + 1, await alice.QueueAsync("bob", Body(acknowledged + 1)));
                Interlocked.Increment(ref acknowledged);
            }
        }
    }

    [Fact]
    public async Task A_backup_without_a_server_is_a_file_for_its_owner_alone()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        Assert.Equal(0, await server.TerminateAsync());
        var folder = NewFolder();
        var printed = await DoneAsync(server.DatabasePath, "backup", folder.File("backup.db"));
        Assert.StartsWith(folder.File("backup.db"), printed, StringComparison.Ordinal);
        Assert.Equal(["backup.db"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("backup.db")));
        Assert.Contains("whole", await DoneAsync(folder.File("backup.db"), "check"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backups_take_turns_and_the_server_knows_the_age_of_the_last_one_also_after_a_restart()
    {
        var server = await StartServerAsync(Watcher.Flags);
        await LoginAsync(server, "alice");
        var watcher = Own(await Watcher.OfAsync(server));
        Assert.DoesNotContain(Age, (await watcher.MetricsAsync()).Samples.Keys);

        var folder = NewFolder();
        for (var backup = 0; backup < 3; backup++)
        {
            var printed = await DoneAsync(server.DatabasePath, "backup", "--keep", "2", folder.Path);
            Assert.Contains(folder.Path, printed, StringComparison.Ordinal);
        }

        Assert.Equal([2, 3], Directory.GetFiles(folder.Path).Select(static file => int.Parse(file.Split('-')[^2], null)).Order());
        Assert.InRange((await watcher.MetricsAsync())[Age], 0, 600);

        Assert.Equal(0, await server.TerminateAsync());
        await DoneAsync(server.DatabasePath, "backup", NewFolder().File("backup.db"));
        var next = await StartAgainAsync(server, Watcher.Flags);
        Assert.InRange((await Own(await Watcher.OfAsync(next)).MetricsAsync())[Age], 0, 600);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("some")]
    public async Task A_number_of_backups_that_makes_no_sense_is_wrong_usage(string keep)
    {
        var run = await RunAsync(NewFolder().File("chat.db"), "backup", "--keep", keep, NewFolder().Path);
        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.Contains("--keep", run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_exists_is_replaced_only_by_force()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        var target = NewFolder().File("letter.txt");
        await File.WriteAllTextAsync(target, "Dear reader", TestContext.Current.CancellationToken);
        await FailedAsync(server.DatabasePath, target, "backup", target);
        Assert.Equal("Dear reader", await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken));
        await DoneAsync(server.DatabasePath, "backup", target, "--force");
        await DoneAsync(target, "check");
    }

    [Fact]
    public async Task Restore_and_vacuum_are_refused_while_a_server_runs_and_name_it()
    {
        var server = await StartServerAsync();
        var alice = await LoginAsync(server, "alice");
        var backup = NewFolder().File("backup.db");
        await DoneAsync(server.DatabasePath, "backup", backup);
        var owner = $"process id {server.ProcessId}.";
        await FailedAsync(server.DatabasePath, owner, "restore", backup);
        await FailedAsync(server.DatabasePath, owner, "vacuum");
        Assert.DoesNotContain(
            Directory.GetFiles(Path.GetDirectoryName(server.DatabasePath)!),
            static file => file.Contains("restore", StringComparison.Ordinal) || file.Contains("partial", StringComparison.Ordinal));
        await alice.ExpectAliveAsync();
        await LoginAsync(server, "bob");
        Assert.Equal(0, await server.TerminateAsync());
        await DoneAsync(server.DatabasePath, "check");
    }

    [Fact]
    public async Task A_restore_that_is_killed_leaves_the_old_database_whole_or_the_new_one()
    {
        var disk = await TroubleDisk.BuildAsync(NewFolder());
        var server = await StartServerAsync();
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var alice = await LoginAsync(server, "alice");
        await alice.QueueAsync("bob", "in the backup");
        var backup = NewFolder().File("backup.db");
        await DoneAsync(server.DatabasePath, "backup", backup);
        await alice.QueueAsync("bob", "after the backup");
        await server.KillAsync();

        var killed = 0;
        while (await RestoreAsync(killed) is { } database)
        {
            killed++;
            var again = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = database, Secrets = server.Secrets });
            var (bob, witness) = (await LoginAsync(again, "bob"), await LoginAsync(again, "witness"));
            var bodies = (await bob.ReadAllBeforeAsync(witness)).Select(ServerFrame.BodyOf).ToList();
            Assert.Equal(bodies.Count == 1 ? ["in the backup"] : ["in the backup", "after the backup"], bodies);
            Assert.Equal(0, await again.TerminateAsync());
            Assert.InRange(killed, 1, 100);
        }

        Assert.NotEqual(0, killed);

        // What the killed server has left, after a restore that was killed; null where that was done before.
        async Task<string?> RestoreAsync(int names)
        {
            var database = NewFolder().File("chat.db");
            foreach (var companion in new[] { "", "-wal" })
                File.Copy(server.DatabasePath + companion, database + companion);
            disk.KillAfterNames(names);
            var run = await ServerProgram.RunToEndAsync(
                NewFolder().Path, ["db", "restore", backup, "--db-path", database], disk.Environment);
            return run.ExitCode == 0 ? null : database;
        }
    }

    [Fact]
    public async Task A_damaged_backup_is_not_restored_and_the_database_stays()
    {
        var server = await StartServerAsync();
        var alice = await LoginAsync(server, "alice");
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var id = await alice.QueueAsync("bob", "as it was");
        var backup = NewFolder().File("backup.db");
        await DoneAsync(server.DatabasePath, "backup", backup);
        Assert.Equal(0, await server.TerminateAsync());
        Execute(backup, "UPDATE messages SET previous_in_mailbox = 4711");
        var run = await FailedAsync(server.DatabasePath, "is damaged", "restore", backup);
        Assert.Contains("message 1", run.StandardOutput, StringComparison.Ordinal);
        var next = await StartAgainAsync(server);
        Assert.Equal(id, ServerFrame.IdOf(await (await LoginAsync(next, "bob")).ReadFromAsync("alice")));
    }

    private static string Command(int number) => $"MSG bob {Body(number)}";

    private static string Body(int number) => string.Create(CultureInfo.InvariantCulture, $"message with the number {number}");
}
