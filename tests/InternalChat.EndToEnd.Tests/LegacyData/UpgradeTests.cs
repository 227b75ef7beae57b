using System.Diagnostics;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.LegacyData;

/// <summary>"Data of the original": pointing the server at such a file upgrades it in place.</summary>
public sealed class UpgradeTests : EndToEndTest
{
    private const string OldPassword = "old-password-of-";

    private static readonly LegacyMessage[] Messages =
    [
        new(3, "alice", "bob", "delivered long ago", 1_600_000_003, 1_600_000_004),
        new(5, "bob", "alice", " spaces  kept ", 1_600_000_005, 1_600_000_006, 1_600_000_007),
        new(6, "alice", "bob", "pending, the first: grüße 🙂", 1_600_000_008),
        new(9, "carol", "bob", "pending, the second", 1_600_000_009),
        new(10, "alice", "carol", "pending for carol", 1_600_000_010),
        new(12, "alice", "bob", "pending, the third", 1_600_000_012),
    ];

    [Fact]
    public async Task Old_passwords_go_on_working_and_wrong_ones_do_not()
    {
        var server = await UpgradedServerAsync();
        var client = await ConnectAsync(server);
        await client.ExpectErrorAsync("AUTH alice not-the-password", "AUTH_FAILED");
        await client.ExpectAsync($"AUTH alice {OldPassword}alice", "OK authenticated");
        await client.LeaveAsync();

        // The first login may have hashed it anew.
        Assert.Equal("OK authenticated", await LoginLegacyAsync(await ConnectAsync(server), "alice"));
    }

    [Fact]
    public async Task Pending_messages_are_delivered_with_their_ids_and_times_and_delivered_ones_are_not()
    {
        var server = await UpgradedServerAsync();
        var bob = await ConnectAsync(server);
        await LoginLegacyAsync(bob, "bob");
        foreach (var message in Messages.Where(message => message is { Recipient: "bob", DeliveredAt: null }))
            Assert.Equal($"FROM {message.Id} {message.Sender} {message.CreatedAt} {message.Body}", await bob.ReadPushAsync("FROM "));
        await bob.ExpectNoPushAsync("FROM ", await LoginAsync(server, "witness"));
        var alice = await ConnectAsync(server);
        await LoginLegacyAsync(alice, "alice");
        await alice.ExpectNoPushAsync("FROM ", bob);
    }

    [Fact]
    public async Task History_is_kept()
    {
        var server = await UpgradedServerAsync();
        var alice = await ConnectAsync(server);
        await LoginLegacyAsync(alice, "alice");
        var expected = Messages.Where(message => message.Sender == "bob" || message.Recipient == "bob" && message.Sender == "alice")
            .Select(message => $"INFO history {message.Id} {message.Sender} {message.CreatedAt} {message.Body}");
        Assert.Equal(expected, await alice.HistoryAsync("bob"));
        Assert.Equal([Messages[5].Body], (await alice.HistoryAsync("bob", "1")).Select(ServerFrame.BodyOf));
        Assert.Equal([Messages[4].Body], (await alice.HistoryAsync("carol")).Select(ServerFrame.BodyOf));
    }

    [Fact]
    public async Task Ids_go_on_after_the_last_one_that_was_ever_given()
    {
        var server = await UpgradedServerAsync(database =>
        {
            database.AddMessage(new LegacyMessage(1_000, "alice", "bob", "deleted since", 1_600_000_020));
            database.Execute("DELETE FROM messages WHERE id = 1000");
        });
        var alice = await ConnectAsync(server);
        await LoginLegacyAsync(alice, "alice");
        Assert.True(await alice.TellAsync("bob", "the next") > 1_000, "An id was given a second time.");
    }

    [Fact]
    public async Task Receipts_are_kept()
    {
        var server = await UpgradedServerAsync();
        var (alice, bob) = (await ConnectAsync(server), await ConnectAsync(server));
        await LoginLegacyAsync(alice, "alice");
        await LoginLegacyAsync(bob, "bob");
        await alice.ExpectAsync("READ 5", "OK read 5");
        await bob.ExpectNoPushAsync("READ ", await LoginAsync(server, "witness"));
        await bob.ExpectAsync("READ 3", "OK read 3");
        await alice.ExpectPushAsync("READ 3 bob");
        await bob.ExpectErrorAsync("READ 5", "FORBIDDEN");
        await bob.ExpectErrorAsync("READ 4", "UNKNOWN_MESSAGE");
    }

    [Fact]
    public async Task Blocks_are_kept()
    {
        var server = await UpgradedServerAsync();
        var carol = await ConnectAsync(server);
        await LoginLegacyAsync(carol, "carol");
        await carol.ExpectErrorAsync("MSG alice let me in", "BLOCKED");
        var alice = await ConnectAsync(server);
        await LoginLegacyAsync(alice, "alice");
        await alice.TellAsync("carol", "you cannot answer");
        await alice.ExpectAsync("UNBLOCK carol", "OK unblocked carol");
        await carol.TellAsync("alice", "I can now");
    }

    [Fact]
    public async Task A_backup_lies_beside_it_with_everything_the_original_had()
    {
        var server = await UpgradedServerAsync();
        var backup = Assert.Single(BackupsOf(server));
        Assert.Equal(Messages.Select(message => message.Id), LegacyDatabase.MessageIdsIn(backup)!);

        await server.TerminateAsync();
        var again = await StartAgainAsync(server);
        Assert.Single(BackupsOf(again));
        await LoginLegacyAsync(await ConnectAsync(again), "alice");
    }

    [Fact]
    public async Task What_the_original_left_in_its_write_ahead_log_is_kept()
    {
        var folder = NewFolder();
        var (busy, copy) = (folder.File("busy.db"), folder.File("copy.db"));
        using (var database = LegacyDatabase.Create(busy))
        {
            database.Execute("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0");
            Fill(database);

            // The copy is what a crash leaves: the rows are in the log, not in the file.
            File.Copy(busy, copy);
            File.Copy(busy + "-wal", copy + "-wal");
        }

        var server = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = copy });
        var bob = await ConnectAsync(server);
        await LoginLegacyAsync(bob, "bob");
        Assert.Equal(Messages[2].Body, ServerFrame.BodyOf(await bob.ReadPushAsync("FROM ")));
        Assert.Contains(BackupsOf(server), backup => LegacyDatabase.MessageIdsIn(backup) is { Count: > 0 });
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.6)]
    [InlineData(0.75)]
    [InlineData(0.9)]
    public async Task An_upgrade_killed_at_any_moment_is_done_at_the_next_start(double part)
    {
        const int messages = 30_000;
        var folder = NewFolder();
        var (original, rehearsal) = (folder.File("original.db"), folder.File("rehearsal.db"));
        using (var database = LegacyDatabase.Create(original))
        {
            Fill(database);
            database.Execute("BEGIN");
            for (var id = 100; id < 100 + messages; id++)
                database.AddMessage(new LegacyMessage(id, "alice", "bob", $"body of {id}", 1_600_000_100, 1_600_000_101));
            database.Execute("COMMIT");
        }

        File.Copy(original, rehearsal);
        var upgrade = Stopwatch.StartNew();
        await using (await ServerProcess.StartAsync(ServerLaunch.Quick() with { DatabasePath = rehearsal }))
            upgrade.Stop();
        await ServerProcess.StartAndKillAsync(ServerLaunch.Quick() with { DatabasePath = original }, part * upgrade.Elapsed);

        var server = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = original });
        var bob = await ConnectAsync(server);
        await LoginLegacyAsync(bob, "bob");
        foreach (var message in Messages.Where(message => message is { Recipient: "bob", DeliveredAt: null }))
            Assert.Equal(message.Id, ServerFrame.IdOf(await bob.ReadPushAsync("FROM ")));
        var newest = await bob.HistoryAsync("alice", "200");
        Assert.Equal(Enumerable.Range(messages - 100, 200).Select(number => $"body of {number}"), newest.Select(ServerFrame.BodyOf));
        Assert.True(await bob.TellAsync("alice", "the next") >= 100 + messages, "An id was given a second time.");
    }

    private async Task<ServerProcess> UpgradedServerAsync(Action<LegacyDatabase>? more = null)
    {
        var path = NewFolder().File("original.db");
        using (var database = LegacyDatabase.Create(path))
        {
            Fill(database);
            more?.Invoke(database);
        }

        return await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = path });
    }

    private static void Fill(LegacyDatabase database)
    {
        foreach (var name in new[] { "alice", "bob", "carol" })
            database.AddUser(name, OldPassword + name);
        foreach (var message in Messages)
            database.AddMessage(message);
        database.AddBlock("alice", "carol");
    }

    private static Task<string> LoginLegacyAsync(RawClient client, string name)
    {
        client.LastEarlierId = Messages[^1].Id;
        return client.LoginAsync(name, OldPassword + name);
    }

    private static List<string> BackupsOf(ServerProcess server) =>
        Directory.EnumerateFiles(Path.GetDirectoryName(server.DatabasePath)!)
            .Where(file => file != server.DatabasePath && !IsCompanion(file) && LegacyDatabase.MessageIdsIn(file) is not null)
            .ToList();

    private static bool IsCompanion(string file) =>
        file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal)
        || Path.GetFileName(file) is "busy.db";
}
