using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Maintenance;

/// <summary>The operator hears of a disk that gets full before it is full.</summary>
public sealed class LowDiskTests : MaintenanceTest
{
    [Fact]
    public async Task A_disk_with_less_room_than_asked_for_is_in_the_log_and_its_mark_in_the_metrics()
    {
        var server = Own(ServerProcess.Launch(ServerLaunch.Quick([.. Watcher.Flags, "--low-disk", "1000000TiB"])));
        var warned = server.Output.NextAsync("is nearly full");
        await server.UntilListeningAsync();
        Assert.Contains("[2017]", await warned, StringComparison.Ordinal);
        var metrics = await Own(await Watcher.OfAsync(server)).MetricsAsync();
        Assert.Equal(1_000_000.0 * (1L << 40), metrics["internalchat_storage_disk_low_mark_bytes"]);
        Assert.InRange(metrics["internalchat_storage_disk_free_bytes"], 0, 1_000_000.0 * (1L << 40));
    }

    [Fact]
    public async Task On_a_low_disk_nobody_registers_while_users_log_in_and_their_messages_are_stored()
    {
        var ended = await StartServerAsync();
        await (await LoginAsync(ended, "alice")).LeaveAsync();
        await (await LoginAsync(ended, "bob")).LeaveAsync();
        await ended.TerminateAsync();
        var server = Own(ServerProcess.Launch(
            ServerLaunch.Quick("--low-disk", "1000000TiB") with { DatabasePath = ended.DatabasePath, Secrets = ended.Secrets }));
        var warned = server.Output.NextAsync("nobody can register");
        await server.UntilListeningAsync();
        await warned;
        var alice = await LoginAsync(server, "alice");
        var carol = await ConnectAsync(server);
        await carol.ExpectErrorAsync($"AUTH carol {UniqueName.PasswordOf("carol")}", "STORAGE");
        Assert.StartsWith("OK queued ", await alice.AskAsync("MSG bob hi"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_leaves_as_much_room_as_the_servers_settings_ask_for()
    {
        var server = await StartServerAsync();
        var folder = NewFolder();
        var settings = folder.File("settings.json");
        await File.WriteAllTextAsync(
            settings, """{ "Chat": { "LowDisk": "1000000TiB" } }""", TestContext.Current.CancellationToken);
        var backup = folder.File("backup.db");
        await FailedAsync(server.DatabasePath, $"and {1_000_000 * (1L << 40)} stay free", "backup", backup, "--config", settings);
        Assert.False(File.Exists(backup));
        await DoneAsync(server.DatabasePath, "check", "--config", settings);
        await DoneAsync(server.DatabasePath, "backup", backup, "--config", settings, "--low-disk", "1KiB");
    }
}
