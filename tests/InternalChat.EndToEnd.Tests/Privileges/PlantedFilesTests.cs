using System.Diagnostics;

namespace InternalChat.EndToEnd.Tests.Privileges;

/// <summary>The user who runs the server may be taken over, and owns the folder in which root looks after the database.</summary>
public sealed class PlantedFilesTests : MaintenanceTest
{
    private static readonly string[] Names =
    [
        "chat.db", "chat.db.lock", "chat.db-wal", "chat.db-journal", "chat.db-shm", "chat.db.partial", "chat.db.partial-journal",
    ];

    private static readonly string[] NamesOfCopy = ["copy.db", "copy.db-wal", "copy.db.partial", "copy.db.partial-journal"];

    public static TheoryData<string, string> CommandsAndKinds { get; } = new MatrixTheoryData<string, string>(
        ["vacuum", "restore", "check", "stats", "backup to root", "backup to the service"], ["symbolic link", "hard link", "pipe"]);

    [Theory]
    [MemberData(nameof(CommandsAndKinds))]
    public async Task Whatever_lies_under_a_name_of_the_database_s_roots_files_stay_as_they_are(string command, string kind)
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        foreach (var name in command == "backup to the service" ? [.. Names, .. NamesOfCopy] : Names)
        {
            await users.PlantAsync(name, kind);
            var run = await RunAsync(users.Database, ArgumentsOf(command, users));
            Assert.True(run.ExitCode is 0 or 1 && run.ErrorLines.Count == run.ExitCode, $"{name}: {run}");
            await users.ExpectUntouchedAsync($"{name}: {run}");
            await users.ClearAsync();
        }
    }

    [Fact]
    public async Task Names_that_are_exchanged_meanwhile_lead_root_to_nothing_of_its_own()
    {
        const int rounds = 10;
        // Each of the names is now a link to the secret, now an empty file, and nothing in between.
        const string exchange = """
            my ($folder, $secret) = @ARGV;
            chdir $folder;
            while (1) {
                for my $name ("chat.db.lock", "chat.db.partial", "chat.db-wal") {
                    symlink $secret, "link";
                    rename "link", $name;
                    open my $file, ">", "file";
                    close $file;
                    rename "file", $name;
                }
            }
            """;
        var users = await TwoUsers.CreateAsync(NewFolder());
        using var exchanging = Process.Start(
            "/usr/bin/setpriv",
            ["--reuid=54321", "--regid=54322", "--clear-groups", "/usr/bin/perl", "-e", exchange, users.ServiceFolder, users.SecretFile]);
        try
        {
            for (var round = 0; round < rounds; round++)
            {
                foreach (var command in new[] { "vacuum", "restore", "check" })
                {
                    var run = await RunAsync(users.Database, ArgumentsOf(command, users));
                    Assert.True(run.ExitCode is 0 or 1 && run.ErrorLines.Count == run.ExitCode, run.ToString());
                }
            }
        }
        finally
        {
            exchanging.Kill();
            await exchanging.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await users.ExpectUntouchedAsync("all rounds");
    }

    [Fact]
    public async Task A_folder_that_becomes_a_link_to_roots_is_not_followed()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        var data = Path.Combine(users.ServiceFolder, "data");
        Directory.CreateSymbolicLink(data, users.RootFolder);
        await FailedAsync(Path.Combine(data, "chat.db"), data, "restore", users.Backup);
        await FailedAsync(Path.Combine(data, "backup.db"), data, "vacuum");
        await FailedAsync(users.Database, data, "backup", Path.Combine(data, "copy.db"));
        Assert.Equal(["backup.db", "secret"], Directory.GetFiles(users.RootFolder).Select(Path.GetFileName).Order());
        File.Delete(data);
        await users.ExpectUntouchedAsync("all");
    }

    [Fact]
    public async Task A_link_of_roots_to_another_users_database_is_followed_with_that_users_rights()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        var link = Path.Combine(users.RootFolder, "link.db");
        File.CreateSymbolicLink(link, users.Database);
        await DoneAsync(link, "check");
        await users.PlantAsync("chat.db.lock", "symbolic link");
        await FailedAsync(link, "chat.db.lock", "vacuum");
        await users.ExpectUntouchedAsync("vacuum");
        // The user cannot come to what lies there.
        var copy = Path.Combine(users.RootFolder, "copied");
        await TwoUsers.RunAsync("cp", "-a", users.ServiceFolder, copy);
        await FailedAsync(Path.Combine(copy, "chat.db"), "cannot get there", "check");
    }

    [Fact]
    public async Task A_database_of_roots_is_not_copied_into_another_users_folder_because_of_a_link_there()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        var link = Path.Combine(users.ServiceFolder, "link.db");
        File.CreateSymbolicLink(link, users.Backup);
        await TwoUsers.RunAsync("chown", "--no-dereference", TwoUsers.Service, link);
        await FailedAsync(users.Database, users.Backup, "restore", link);
        await FailedAsync(link, users.Backup, "backup", Path.Combine(users.ServiceFolder, "copy.db"));
        await FailedAsync(link, users.Backup, "backup", Path.Combine(users.RootFolder, "copy.db"));
        await FailedAsync(link, users.Backup, "stats");
        Assert.False(File.Exists(Path.Combine(users.ServiceFolder, "copy.db")));
        await users.ExpectUntouchedAsync("all");
    }

    [Theory]
    [InlineData("2770")]
    [InlineData("777")]
    public async Task In_a_folder_of_roots_where_others_may_write_root_trusts_no_name_of_its_own(string mode)
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        await TwoUsers.RunAsync("chown", "0:54322", users.ServiceFolder);
        await TwoUsers.RunAsync("chmod", mode, users.ServiceFolder);
        // The database's owner tells whose names these are.
        await users.PlantAsync("chat.db.lock", "symbolic link");
        await FailedAsync(users.Database, "chat.db.lock", "vacuum");
        File.Delete(users.Database);
        await FailedAsync(users.Database, "others may write", "restore", users.Backup);
        await users.PlantAsync("chat.db", "hard link");
        await FailedAsync(users.Database, "others may write", "vacuum");
        await FailedAsync(users.Database, "others may write", "restore", users.Backup);
        await TwoUsers.RunAsync("chown", TwoUsers.Service, users.ServiceFolder);
        await users.ExpectUntouchedAsync("all");
    }

    [Fact]
    public async Task A_group_that_may_write_above_the_database_s_folder_is_trusted()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        await TwoUsers.RunAsync("chown", "0:54322", Path.GetDirectoryName(users.RootFolder)!);
        await TwoUsers.RunAsync("chmod", "2775", Path.GetDirectoryName(users.RootFolder)!);
        await DoneAsync(users.Backup, "vacuum");
        await DoneAsync(users.Database, "vacuum");
    }

    [Fact]
    public async Task Each_side_of_a_backup_belongs_to_whose_folder_it_is()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        var (roots, theirs) = (Path.Combine(users.RootFolder, "copy.db"), Path.Combine(users.ServiceFolder, "copy.db"));
        await DoneAsync(users.Database, "backup", roots);
        await DoneAsync(users.Database, "backup", theirs);
        Assert.Equal($"0:0 600\n{TwoUsers.Service} 600\n", await TwoUsers.OwnersAsync(roots, theirs));
        // What is replaced keeps its owner, where only root can have given it one.
        await TwoUsers.RunAsync("chown", "54399:54399", roots);
        await DoneAsync(users.Database, "backup", roots, "--force");
        Assert.Equal("54399:54399 600\n", await TwoUsers.OwnersAsync(roots));
        await DoneAsync(roots, "check");
        // A third user's folder.
        var thirds = NewFolder();
        await TwoUsers.RunAsync("chown", "54399:54398", thirds.Path);
        await DoneAsync(users.Database, "backup", thirds.File("copy.db"));
        Assert.Equal("54399:54398 600\n", await TwoUsers.OwnersAsync(thirds.File("copy.db")));
        await DoneAsync(users.Database, "restore", roots);
        await users.ExpectUntouchedAsync("backup and restore");
    }

    private static string[] ArgumentsOf(string command, TwoUsers users) => command switch
    {
        "restore" => ["restore", users.Backup],
        "backup to root" => ["backup", Path.Combine(users.RootFolder, "copy.db"), "--force"],
        "backup to the service" => ["backup", Path.Combine(users.ServiceFolder, "copy.db"), "--force"],
        _ => [command],
    };
}
