using System.Globalization;
using InternalChat.TestKit;
using Microsoft.Data.Sqlite;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>"An acknowledged message survives kill -9 and is delivered to its recipient at least once."</summary>
public sealed class KillTests(ITestOutputHelper output) : EndToEndTest
{
    private const int CheckFileEvery = 10;

    private static int Rounds =>
        int.Parse(Environment.GetEnvironmentVariable("KILL_ROUNDS") ?? "3", CultureInfo.InvariantCulture);

    private static int Seed =>
        int.Parse(Environment.GetEnvironmentVariable("KILL_SEED") ?? $"{Random.Shared.Next()}", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_is_seen_that_is_not_stored()
    {
        var seed = Seed;
        output.WriteLine($"KILL_SEED={seed} repeats these moments.");
        var path = NewFolder().File("chat.db");
        var scenario = new KillScenario(path, seed);
        await scenario.RegisterAsync();
        for (var round = 1; round <= Rounds; round++)
        {
            await scenario.RunAndKillAsync(round);
            await scenario.CheckStoredAsync();
            if (round % CheckFileEvery == 0 || round == Rounds)
                ExpectSoundCopy(path);
        }

        await scenario.DrainAsync();
        scenario.Ledger.RequireAllSeen();
        ExpectSoundCopy(path);
        output.WriteLine($"{Rounds} rounds, {scenario.Ledger.Acknowledged} acknowledged messages.");
    }

    // A copy, because opening the file itself would do the server's recovery for it.
    private static void ExpectSoundCopy(string path)
    {
        using var folder = new TemporaryFolder();
        var copy = folder.File("copy.db");
        File.Copy(path, copy);
        if (File.Exists(path + "-wal"))
            File.Copy(path + "-wal", copy + "-wal");
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        Assert.Equal("ok", command.ExecuteScalar());
    }
}
