using System.Net;
using System.Net.Sockets;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.CommandLine;

/// <summary>"A wrong value is one clear line on stderr and exit status 2."</summary>
public sealed class CommandLineTests : EndToEndTest
{
    [Theory]
    [InlineData("--port", "abc")]
    [InlineData("--port", "-1")]
    [InlineData("--port", "65536")]
    [InlineData("--port", "99999999999999999999")]
    [InlineData("--port", "")]
    [InlineData("--rate-limit", "banana")]
    [InlineData("--rate-limit", "20")]
    [InlineData("--rate-limit", "-1/10s")]
    [InlineData("--rate-limit", "20/-10s")]
    [InlineData("--rate-limit", "20/")]
    [InlineData("--reading-limit", "1000001/1m")]
    [InlineData("--reading-limit", "15000")]
    [InlineData("--password-iterations", "0")]
    [InlineData("--password-iterations", "-5")]
    [InlineData("--password-iterations", "many")]
    [InlineData("--durability", "perhaps")]
    [InlineData("--presence", "some")]
    [InlineData("--registration", "sometimes")]
    [InlineData("--max-connections", "-1")]
    [InlineData("--max-connections", "lots")]
    [InlineData("--max-pending", "0")]
    [InlineData("--max-pending", "many")]
    [InlineData("--max-connections-per-address", "-1")]
    [InlineData("--auth-timeout", "soon")]
    [InlineData("--failed-logins", "10")]
    [InlineData("--failed-logins-per-name", "off")]
    [InlineData("--failed-logins-per-address", "0/1m")]
    [InlineData("--failed-logins-per-connection", "0")]
    [InlineData("--auth-timeout", "-1s")]
    [InlineData("--no-such-option")]
    [InlineData("--port")]
    [InlineData("surprise")]
    public async Task A_wrong_value_is_one_line_on_stderr_and_exit_status_2(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        ExpectRefusal(run, 2);
        Assert.Contains(arguments[0], run.StandardError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tls-cert")]
    [InlineData("--tls-key")]
    public async Task A_certificate_without_its_key_or_the_other_way_round_is_refused(string option)
    {
        var file = NewFolder().File("alone.pem");
        await File.WriteAllTextAsync(file, "irrelevant", TestContext.Current.CancellationToken);
        ExpectRefusal(await RunAsync(option, file), 2);
    }

    [Fact]
    public async Task A_certificate_that_is_missing_or_is_none_is_refused()
    {
        var folder = NewFolder();
        ExpectRefusal(await RunAsync("--tls-cert", folder.File("missing.crt"), "--tls-key", folder.File("missing.key")), null);
        await File.WriteAllTextAsync(folder.File("a.crt"), "no certificate\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.File("a.key"), "no key\n", TestContext.Current.CancellationToken);
        ExpectRefusal(await RunAsync("--tls-cert", folder.File("a.crt"), "--tls-key", folder.File("a.key")), null);
    }

    [Fact]
    public async Task A_port_in_use_is_one_line_on_stderr_and_exit_status_1()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();
        var port = ((IPEndPoint)occupant.LocalEndpoint).Port;
        var run = await RunAsync("--host", "127.0.0.1", "--port", $"{port}");
        Assert.True(run.ExitCode == 1, run.ToString());
        var line = Assert.Single(run.ErrorLines);
        Assert.Contains($"{port}", line, StringComparison.Ordinal);

        // It has opened its database by then and may say so, but not tell of the failure a second time.
        Assert.DoesNotContain($"{port}", run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_the_same_database_is_refused_with_the_process_id_of_the_first()
    {
        var first = await StartServerAsync();
        var run = await RunAsync("--port", "0", "--db-path", first.DatabasePath);
        ExpectRefusal(run, 1);
        Assert.Contains($"process id {first.ProcessId}.", run.StandardError, StringComparison.Ordinal);
        await LoginAsync(first, "alice");
    }

    [Fact]
    public async Task Help_names_every_option_and_the_exit_status_is_0()
    {
        var run = await RunAsync("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.ErrorLines);
        foreach (var option in new[]
            {
                "--host", "--port", "--db-path", "--tls-cert", "--tls-key", "--rate-limit", "--max-pending", "--password-iterations",
                "--durability", "--presence", "--registration", "--max-connections", "--max-connections-per-address", "--auth-timeout",
                "--max-unauthenticated", "--crowded-networks", "--reading-limit",
                "--failed-logins", "--failed-logins-per-name", "--failed-logins-per-address", "--failed-logins-per-connection",
            })
            Assert.Contains(option, run.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_printed_and_the_exit_status_is_0()
    {
        var run = await RunAsync("--version");
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.ErrorLines);
        Assert.Matches(@"\d+\.\d+\.\d+", run.StandardOutput);
    }

    [Fact]
    public async Task Neither_help_nor_a_refusal_creates_a_database()
    {
        var folder = NewFolder();
        await ServerProgram.RunToEndAsync(folder.Path, ["--help"]);
        await ServerProgram.RunToEndAsync(folder.Path, ["--port", "abc"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) => ServerProgram.RunToEndAsync(NewFolder().Path, arguments);

    private static void ExpectRefusal(ProgramRun run, int? exitCode)
    {
        Assert.True(exitCode is { } expected ? run.ExitCode == expected : run.ExitCode != 0, run.ToString());
        Assert.True(run.ErrorLines.Count == 1, run.ToString());
        Assert.True(run.StandardOutput.Length == 0, run.ToString());
    }
}
