using System.ComponentModel;
using System.Diagnostics;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.CommandLine;

/// <summary>
/// Which database and which server <c>db</c> and <c>admin</c> find: those of the settings, and never another one. The installed server's
/// places are in a file system that only the commands of a test see.
/// </summary>
public sealed class FoundServerTests : EndToEndTest
{
    private const string SettingsFile = "/etc/internalchat/appsettings.json";
    private const string NothingSaid = """{ "Chat": { } }""";
    private const string Installed = "/var/lib/internalchat";

    private readonly TemporaryFolder _folder;
    private readonly Dictionary<string, string> _variables = [];

    public FoundServerTests() => _folder = NewFolder();

    private string Old => _folder.File("data/chat.db");

    private string CopyToUsualPlace => $"cp -r '{Path.GetDirectoryName(Real)}' {Installed}/data";

    private string Real => _folder.File("real/chat.db");

    [Fact]
    public async Task An_old_database_in_the_working_directory_is_not_taken_for_that_of_the_installed_server()
    {
        await MakeDatabaseAsync(Old);
        await MakeDatabaseAsync(Real);
        var run = await RunOnHostAsync($$"""{ "Chat": { "DbPath": "{{Real}}" } }""", "db", "backup", _folder.File("backup.db"), "--json");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains($"\"database\":\"{Real}\"", run.StandardOutput, StringComparison.Ordinal);
        Assert.Equal($"database {Real} ({SettingsFile}, Chat:DbPath)\n", run.StandardError);
    }

    [Fact]
    public async Task The_settings_of_the_working_directory_and_those_that_are_named_come_first()
    {
        await MakeDatabaseAsync(Old);
        await MakeDatabaseAsync(Real);
        await File.WriteAllTextAsync(
            _folder.File("named.json"), """{ "Chat": { "DbPath": "data/chat.db" } }""", TestContext.Current.CancellationToken);
        var host = $$"""{ "Chat": { "DbPath": "{{Real}}" } }""";
        await ExpectAsync(Old, "--config", "named.json");
        await ExpectAsync(Real, "--db-path", Real);
        _variables["CHAT_DB_PATH"] = Old;
        await ExpectAsync(Old);

        // What somebody has named need not be told.
        async Task ExpectAsync(string database, params string[] options)
        {
            var run = await RunOnHostAsync(host, ["db", "check", .. options]);
            Assert.True(run is { ExitCode: 0, StandardError: "" }, run.ToString());
            Assert.StartsWith(database + ",", run.StandardOutput, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_database_that_nothing_names_is_told()
    {
        await MakeDatabaseAsync(Old);
        var run = await ServerProgram.RunToEndAsync(_folder.Path, ["db", "check"]);
        Assert.Equal((0, $"database {Old} (nothing names another)\n"), (run.ExitCode, run.StandardError));
        run = await ServerProgram.RunToEndAsync(_folder.Path, ["db", "check"], new Dictionary<string, string> { ["CHAT_DBPATH"] = Real });
        Assert.Equal(2, run.ErrorLines.Count);
        Assert.Contains("did you mean CHAT_DB_PATH?", run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Relative_paths_of_the_installed_server_are_meant_from_where_it_runs()
    {
        await MakeDatabaseAsync(Real);
        var run = await RunOnPreparedHostAsync(NothingSaid, CopyToUsualPlace, "db", "check");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal($"database {Installed}/data/chat.db ({SettingsFile} names no other)\n", run.StandardError);
    }

    [Fact]
    public async Task Of_two_databases_that_can_be_meant_none_is_taken()
    {
        await MakeDatabaseAsync(Old);
        await MakeDatabaseAsync(Real);
        var run = await RunOnPreparedHostAsync(NothingSaid, CopyToUsualPlace, "db", "vacuum");
        Assert.True(run is { ExitCode: 2, StandardOutput: "" }, run.ToString());
        Assert.Equal($"there are {Installed}/data/chat.db and {Old}: say which is meant by --db-path\n", run.StandardError);
    }

    [Fact]
    public async Task Administration_and_config_look_there_too_and_say_so()
    {
        var server = await StartServerAsync();
        var settings = $$"""{ "Chat": { "DbPath": "{{server.DatabasePath}}", "Port": 9007 } }""";
        var run = await RunOnHostAsync(settings, "admin", "status", "--json");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal($"server at {server.DatabasePath}.admin ({SettingsFile}, Chat:DbPath)\n", run.StandardError);

        run = await RunOnHostAsync(settings, "config");
        Assert.Equal((0, $"settings file {SettingsFile}\n"), (run.ExitCode, run.StandardError));
        Assert.Matches($@"\nport +9007 +{SettingsFile}, Chat:Port", run.StandardOutput);
    }

    [Theory]
    [InlineData("""{ "Chat": { "DbPath": "DATABASE", "Port": 9000 """)]
    [InlineData("""{ "Chat": { "DbPath": "DATABASE" "Port": 9000 } }""")]
    [InlineData("""{ "Chat": { "Prot": 9000, "DbPath": "DATABASE" } }""")]
    public async Task A_settings_file_that_is_wrong_does_not_take_administration_and_the_database_away(string settings)
    {
        var server = await StartServerAsync();
        await WriteSettingsAsync(settings.Replace("DATABASE", server.DatabasePath, StringComparison.Ordinal));
        foreach (var command in new[] { "admin status", "db stats" })
        {
            var run = await ServerProgram.RunToEndAsync(_folder.Path, command.Split(' '));
            Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 1, run.ToString());
            Assert.StartsWith("warning: appsettings.json: ", run.StandardError, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{ "Chat": { "Port": 9000 """)]
    [InlineData("""{ "Chat": "Port": 9000, "DbPath": "real/chat.db" } }""")]
    [InlineData("""{ "Chat": { "DbPth": "real/chat.db" } }""")]
    [InlineData("""{ "Logging": { } }""")]
    [InlineData("""{ "Chat": { "DbPath": "data/chat.db", "DbPath": "real/chat.db" } }""")]
    [InlineData("""{ "Chat": { "DbPath": "data/chat.db\u0000" } }""")]
    [InlineData("""{ "Chat": { "DbPath": "real/cha""")]
    public async Task A_wrong_settings_file_that_does_not_tell_the_database_is_not_taken_to_mean_the_usual_one(string settings)
    {
        await MakeDatabaseAsync(Old);
        await WriteSettingsAsync(settings);
        foreach (var command in new[] { "admin status", "db stats" })
        {
            var run = await ServerProgram.RunToEndAsync(_folder.Path, command.Split(' '));
            Assert.True(run is { ExitCode: 2, StandardOutput: "" } && run.ErrorLines.Count == 1, run.ToString());
            Assert.Contains("--db-path names it", run.StandardError, StringComparison.Ordinal);
        }

        var named = await ServerProgram.RunToEndAsync(_folder.Path, ["db", "stats", "--db-path", Old]);
        Assert.True(named.ExitCode == 0 && named.ErrorLines.Count == 1, named.ToString());
    }

    private Task WriteSettingsAsync(string settings) =>
        File.WriteAllTextAsync(_folder.File("appsettings.json"), settings, TestContext.Current.CancellationToken);

    private async Task MakeDatabaseAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var server = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = path });
        Assert.Equal(0, await server.TerminateAsync());
    }

    private Task<ProgramRun> RunOnHostAsync(string settings, params string[] arguments) =>
        RunOnPreparedHostAsync(settings, ":", arguments);

    /// <summary>Runs the program where a server is installed with these settings, after something was done there.</summary>
    private async Task<ProgramRun> RunOnPreparedHostAsync(string settings, string before, params string[] arguments)
    {
        var script = $"mount -t tmpfs tmpfs /etc && mount -t tmpfs tmpfs /var/lib && mkdir /etc/internalchat {Installed} || exit 77; "
            + $"printf %s \"$SETTINGS\" > {SettingsFile} && {before} && exec {ServerProgram.ShellCommand} \"$@\"";
        var start = new ProcessStartInfo("unshare", ["--mount", "/bin/sh", "-c", script, "sh", .. arguments])
        {
            WorkingDirectory = _folder.Path,
            Environment = { ["SETTINGS"] = settings },
        };
        foreach (var (name, value) in _variables)
            start.Environment[name] = value;
        try
        {
            var run = await ProgramRun.ToEndAsync(start);
            Assert.SkipWhen(
                run.ExitCode == 77 || run.StandardError.StartsWith("unshare:", StringComparison.Ordinal),
                $"Mounting is not permitted here: {run.StandardError}");
            return run;
        }
        catch (Win32Exception missing)
        {
            Assert.Skip($"There is no unshare program here: {missing.Message}");
            throw;
        }
    }
}
