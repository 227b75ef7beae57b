using System.ComponentModel;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Operation;

/// <summary>The units of systemd in <c>packaging/</c>.</summary>
public sealed class UnitTests : EndToEndTest
{
    private const string Program = "/usr/local/lib/internalchat/internalchat";

    private static string Units => Path.Combine(AppContext.BaseDirectory, "Operation");

    [Fact]
    public async Task Systemd_takes_them()
    {
        var folder = NewFolder();
        string[] names = [.. Directory.GetFiles(Units, "internalchat*").Select(Path.GetFileName)!];
        Assert.Equal(
            ["internalchat-backup.service", "internalchat-backup.timer", "internalchat.service"], names.Order(StringComparer.Ordinal));
        foreach (var name in names)
        {
            // The program is not installed here, and systemd looks whether it is.
            var text = (await ReadAsync(name)).Replace(Program, "/bin/true", StringComparison.Ordinal);
            await File.WriteAllTextAsync(folder.File(name), text, TestContext.Current.CancellationToken);
        }

        ProgramRun run;
        try
        {
            run = await ProgramRun.ToEndAsync("systemd-analyze", ["verify", .. names.Select(folder.File)]);
        }
        catch (Win32Exception missing)
        {
            Assert.Skip($"There is no systemd-analyze here: {missing.Message}");
            throw;
        }

        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
    }

    [Fact]
    public async Task The_command_of_the_backup_unit_makes_a_backup_of_the_database_that_the_settings_name()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        var (settings, backups) = (NewFolder().File("appsettings.json"), NewFolder());
        await File.WriteAllTextAsync(
            settings, $$"""{ "Chat": { "DbPath": "{{server.DatabasePath}}" } }""", TestContext.Current.CancellationToken);
        var line = Assert.Single(
            (await ReadAsync("internalchat-backup.service")).Split('\n'),
            static line => line.StartsWith("ExecStart=", StringComparison.Ordinal));
        string[] arguments =
        [
            .. line.Replace($"ExecStart={Program} ", "", StringComparison.Ordinal)
                .Replace("/etc/internalchat/appsettings.json", settings, StringComparison.Ordinal)
                .Replace("/var/lib/internalchat-backup", backups.Path, StringComparison.Ordinal)
                .Split(' '),
        ];
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, arguments);
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        var check = await ServerProgram.RunToEndAsync(
            NewFolder().Path, ["db", "check", "--db-path", Assert.Single(Directory.GetFiles(backups.Path))]);
        Assert.True(check.ExitCode == 0, check.ToString());
    }

    private static Task<string> ReadAsync(string name) =>
        File.ReadAllTextAsync(Path.Combine(Units, name), TestContext.Current.CancellationToken);
}
