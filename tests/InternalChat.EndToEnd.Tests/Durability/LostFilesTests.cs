using System.Text.RegularExpressions;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>What an operator does to the files of a server, or to what a killed one has left, costs no acknowledged message.</summary>
public sealed partial class LostFilesTests : MaintenanceTest
{
    private const string Refusal = "messages are refused";

    public LostFilesTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Files are told apart on Linux only.");

    [Fact]
    public async Task A_server_whose_files_are_removed_acknowledges_nothing_more_and_says_once_how_to_save_them()
    {
        var (server, alice, watcher) = await ServerAsync();
        var acknowledged = new Dictionary<long, string>();
        for (var message = 0; message < 50; message++)
            acknowledged.Add(await alice.QueueAsync("bob", "kept"), "alice kept");
        var said = server.Output.NextAsync("[2021] ");
        Remove(server.DatabasePath, "*");

        for (var message = 0; message < 10; message++)
            await alice.ExpectErrorAsync("MSG bob lost", "STORAGE");
        await watcher.UntilNotReadyAsync("was removed, moved or replaced");
        var line = await said;
        await alice.ExpectAliveAsync();

        var saved = NewFolder().File("saved.db");
        foreach (Match copy in CopyCommand().Matches(line))
        {
            var command = copy.Groups[1].Value.Replace("COPY", saved, StringComparison.Ordinal);
            Assert.Equal(0, (await ProgramRun.ToEndAsync("sh", "-c", command)).ExitCode);
        }

        Assert.Equal(0, await server.TerminateAsync());
        Assert.Single(server.Output.Whole.Split('\n'), text => text.Contains("[2021] ", StringComparison.Ordinal));
        await DoneAsync(server.DatabasePath, "restore", saved);
        await ExpectStoredAsync(server, "bob", acknowledged);
    }

    [Fact]
    public async Task A_server_whose_database_is_moved_away_and_back_goes_on()
    {
        var (server, alice, watcher) = await ServerAsync();
        var acknowledged = new Dictionary<long, string> { [await alice.QueueAsync("bob", "before")] = "alice before" };
        File.Move(server.DatabasePath, server.DatabasePath + ".away");
        await alice.ExpectErrorAsync("MSG bob lost", "STORAGE");
        await watcher.UntilNotReadyAsync(Refusal);
        File.Move(server.DatabasePath + ".away", server.DatabasePath);
        await watcher.UntilReadyAsync();
        acknowledged.Add(await alice.QueueAsync("bob", "after"), "alice after");
        await server.KillAsync();
        await ExpectStoredAsync(server, "bob", acknowledged);
    }

    [Fact]
    public async Task A_server_whose_folder_is_hidden_by_a_mount_goes_on_when_it_is_seen_again()
    {
        var (server, alice, watcher) = await ServerAsync();
        var folder = Path.GetDirectoryName(server.DatabasePath)!;
        var mount = await ProgramRun.ToEndAsync("sh", "-c", $"mount -t tmpfs tmpfs {folder}");
        Assert.SkipWhen(mount.ExitCode != 0, $"Mounting is not permitted here: {mount.StandardError.Trim()}");
        try
        {
            await alice.ExpectErrorAsync("MSG bob lost", "STORAGE");
            await watcher.UntilNotReadyAsync(Refusal);
        }
        finally
        {
            Assert.Equal(0, (await ProgramRun.ToEndAsync("sh", "-c", $"umount {folder}")).ExitCode);
        }

        await watcher.UntilReadyAsync();
        await alice.QueueAsync("bob", "goes on");
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task A_server_whose_log_is_removed_keeps_what_it_acknowledged_through_a_restart()
    {
        var (server, alice, watcher) = await ServerAsync();
        var acknowledged = new Dictionary<long, string> { [await alice.QueueAsync("bob", "kept")] = "alice kept" };
        Remove(server.DatabasePath, "-wal");
        await alice.ExpectErrorAsync("MSG bob lost", "STORAGE");
        await watcher.UntilNotReadyAsync("-wal was removed");
        Assert.Equal(0, await server.TerminateAsync());
        await ExpectStoredAsync(server, "bob", acknowledged);
    }

    [Fact]
    public async Task A_second_server_is_refused_by_whatever_name_it_reaches_the_database()
    {
        var (server, alice, _) = await ServerAsync();
        var folder = NewFolder();
        var link = folder.File("chat.db");
        var warned = server.Output.NextAsync("now has 2 names");
        Assert.Equal(0, (await ProgramRun.ToEndAsync("ln", server.DatabasePath, link)).ExitCode);
        await ExpectNoStartAsync(link, "has 2 names (hard links)");
        await warned;
        var relieved = server.Output.NextAsync("has one name again");
        File.Delete(link);
        await relieved;

        // One name, which another folder has, as of a file that is mounted into a container.
        File.Move(server.DatabasePath, link);
        await ExpectNoStartAsync(link, "is in use by a server that opened it by another name");
        File.Move(link, server.DatabasePath);
        File.Delete(server.DatabasePath + ".lock");
        await ExpectNoStartAsync(server.DatabasePath, "is in use by a server");
        await alice.QueueAsync("bob", "goes on");
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task A_backup_that_was_copied_over_the_database_of_a_killed_server_is_not_started_with_its_log()
    {
        var (server, alice, _) = await ServerAsync();
        var kept = new Dictionary<long, string> { [await alice.QueueAsync("bob", "in the backup")] = "alice in the backup" };
        var backup = NewFolder().File("backup.db");
        await DoneAsync(server.DatabasePath, "backup", backup);
        await alice.QueueAsync("bob", "after the backup");
        await server.KillAsync();
        File.Copy(backup, server.DatabasePath, overwrite: true);
        await ExpectNoStartAsync(server.DatabasePath, "do not belong together");
        await FailedAsync(server.DatabasePath, "do not belong together", "check");
        await DoneAsync(server.DatabasePath, "restore", backup);
        await ExpectStoredAsync(server, "bob", kept);
    }

    [Fact]
    public async Task Two_backups_to_one_name_at_the_same_moment_end_with_one_that_is_whole()
    {
        var (server, alice, _) = await ServerAsync();
        var last = await alice.QueueAsync("bob", new string('x', 3_000));
        var folder = NewFolder();
        var target = folder.File("backup.db");
        for (var round = 0; round < 3; round++)
        {
            var runs = await Task.WhenAll(
                Enumerable.Range(0, 3).Select(_ => RunAsync(server.DatabasePath, "backup", target, "--force")));
            Assert.Contains(runs, run => run.ExitCode == 0);
            Assert.All(runs.Where(run => run.ExitCode != 0), run => Assert.True(
                run.ErrorLines.Count == 1 && run.StandardError.Contains("another process", StringComparison.Ordinal),
                run.ToString()));
            Assert.Equal(["backup.db"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
            Assert.Equal(last, (await JsonAsync(target, "check")).GetProperty("last_message_id").GetInt64());
        }
    }

    [Fact]
    public async Task Neither_a_device_nor_a_pipe_nor_a_link_is_replaced_by_force()
    {
        var (server, alice, _) = await ServerAsync();
        var folder = NewFolder();
        foreach (var command in new[] { "mkfifo pipe", "ln -s elsewhere link", "mknod device c 1 3" })
        {
            var made = await ProgramRun.ToEndAsync("sh", "-c", $"cd {folder.Path} && {command}");
            Assert.SkipWhen(made.ExitCode != 0, $"Not permitted here: {made.StandardError.Trim()}");
        }

        foreach (var name in new[] { "pipe", "link", "device" })
        {
            await FailedAsync(server.DatabasePath, "not a regular file", "backup", folder.File(name), "--force");
            var run = await ServerProgram.RunToEndAsync(
                folder.Path, ["admin", "export", alice.Name, "--out", folder.File(name), "--db-path", server.DatabasePath]);
            Assert.Contains("not a regular file", run.StandardError, StringComparison.Ordinal);
        }

        Assert.Equal(
            "character special file\nfifo\nsymbolic link",
            (await ProgramRun.ToEndAsync("sh", "-c", $"cd {folder.Path} && stat -c %F device pipe link")).StandardOutput.Trim());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_database_on_a_disk_that_cannot_be_written_is_read(bool isKilled)
    {
        var disk = Own(await SmallFileSystem.MountAsync(megabytes: 32));
        var server = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = Path.Combine(disk.Path, "chat.db") });
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var last = await (await LoginAsync(server, "alice")).QueueAsync("bob", "hello");
        if (isKilled)
            await server.KillAsync();
        else
            Assert.Equal(0, await server.TerminateAsync());
        var withoutIndex = Path.Combine(disk.Path, "copy.db");
        File.Copy(server.DatabasePath, withoutIndex);
        if (isKilled)
            File.Copy(server.DatabasePath + "-wal", withoutIndex + "-wal");
        await disk.MakeReadOnlyAsync();

        await ExpectReadAsync(server.DatabasePath);
        if (!isKilled)
        {
            await ExpectReadAsync(withoutIndex);
            return;
        }

        // Its log takes an index, which cannot be made.
        foreach (var command in new[] { "check", "stats" })
            await FailedAsync(withoutIndex, "Copy both into another folder", command);
        await FailedAsync(withoutIndex, "Copy both into another folder", "backup", NewFolder().File("backup.db"));
        await FailedAsync(NewFolder().File("chat.db"), "Copy both into another folder", "restore", withoutIndex);

        async Task ExpectReadAsync(string database)
        {
            foreach (var command in new[] { "check", "stats" })
                Assert.Equal(last, (await JsonAsync(database, command)).GetProperty("last_message_id").GetInt64());
            var backup = NewFolder().File("backup.db");
            Assert.Equal(last, (await JsonAsync(database, "backup", backup)).GetProperty("last_message_id").GetInt64());
            var restored = NewFolder().File("chat.db");
            await DoneAsync(restored, "restore", database);
            Assert.Equal(last, (await JsonAsync(restored, "check")).GetProperty("last_message_id").GetInt64());
        }
    }

    private static void Remove(string database, string companions)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(database)!, Path.GetFileName(database) + companions))
            File.Delete(file);
    }

    private async Task<(ServerProcess Server, RawClient Alice, Watcher Watcher)> ServerAsync()
    {
        var server = await StartServerAsync(Watcher.Flags);
        server.Output.ExpectErrors(Refusal);
        await (await LoginAsync(server, "bob")).LeaveAsync();
        return (server, await LoginAsync(server, "alice"), Own(await Watcher.OfAsync(server)));
    }

    private async Task ExpectNoStartAsync(string database, string reason)
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["--port", "0", "--db-path", database]);
        Assert.True(run.ExitCode == 1 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains(reason, run.StandardError, StringComparison.Ordinal);
    }

    [GeneratedRegex("'(cp [^']+)'")]
    private static partial Regex CopyCommand();
}
