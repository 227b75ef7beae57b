using System.Net;
using System.Net.Sockets;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.CommandLine;

/// <summary>
/// "Name the setting, and make no database first": a server that cannot listen where it should says in one line what asks for the place
/// and who has it, and leaves nothing behind.
/// </summary>
public sealed class PlaceInUseTests : EndToEndTest
{
    private readonly TemporaryFolder _folder;
    private readonly TcpListener _occupant = new(IPAddress.Loopback, 0);

    public PlaceInUseTests()
    {
        _folder = NewFolder();
        _occupant.Start();
    }

    private int Port => ((IPEndPoint)_occupant.LocalEndpoint).Port;

    private static string Me => OperatingSystem.IsLinux()
        ? $"process {Environment.ProcessId} ({File.ReadAllText("/proc/self/comm").TrimEnd('\n')}) has the port"
        : "another process has the port; ss -ltnp, as root, tells which";

    [Fact]
    public async Task A_port_in_use_is_told_with_its_option_and_the_process_that_has_it() =>
        await RefusedAsync($"--port: cannot listen on 127.0.0.1:{Port}: {Me}", ["--port", $"{Port}"]);

    [Fact]
    public async Task The_setting_is_told_wherever_it_stands()
    {
        await RefusedAsync(
            $"CHAT_HOST and CHAT_PORT: cannot listen on localhost:{Port}: {Me}", [],
            new() { ["CHAT_HOST"] = "localhost", ["CHAT_PORT"] = $"{Port}" });
        var file = NewFolder().File("settings.json");
        await File.WriteAllTextAsync(
            file, $$"""{ "Chat": { "Listen": ["127.0.0.1:0", "localhost:{{Port}}"] } }""", TestContext.Current.CancellationToken);
        await RefusedAsync($"{file}, Chat:Listen: cannot listen on localhost:{Port}: {Me}", ["--config", file]);
    }

    [Fact]
    public async Task So_are_the_place_of_the_metrics_and_the_wildcard() =>
        await RefusedAsync($"--http: cannot listen on *:{Port}: {Me}", ["--port", "0", "--http", $"*:{Port}"]);

    [Fact]
    public async Task The_metrics_cannot_have_the_place_of_chat() =>
        await RefusedAsync(
            "--http: chat has the place: tcp://127.0.0.1:47123", ["--port", "47123", "--http", "*:47123"], exitStatus: 2);

    [Fact]
    public async Task An_address_that_this_host_does_not_have_is_refused() =>
        await RefusedAsync("--host: cannot listen on 192.0.2.1:9000: this host does not have the address", ["--host", "192.0.2.1"]);

    [Fact]
    public async Task A_port_that_takes_a_privilege_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && !Environment.IsPrivilegedProcess, "Root may listen on every port.");
        await RefusedAsync(
            "--port: cannot listen on 127.0.0.1:81: a port below 1024 takes root or the capability CAP_NET_BIND_SERVICE", ["--port", "81"]);
    }

    [Fact]
    public async Task Sockets_that_cannot_be_made_are_refused()
    {
        var folder = NewFolder();
        var missing = folder.File("missing/chat");
        await RefusedAsync(
            $"--listen: cannot listen on unix:{missing}: there is no folder {folder.File("missing")}", ["--listen", $"unix:{missing}"]);
        await RefusedAsync(
            $"--admin-socket: cannot listen on {missing}: there is no folder {folder.File("missing")}",
            ["--port", "0", "--admin-socket", missing]);

        await File.WriteAllTextAsync(folder.File("file"), "not a socket", TestContext.Current.CancellationToken);
        await RefusedAsync(
            $"--listen: cannot listen on unix:{folder.File("file")}: there is a file that is no socket",
            ["--listen", "unix:" + folder.File("file")]);
        Assert.Equal("not a socket", await File.ReadAllTextAsync(folder.File("file"), TestContext.Current.CancellationToken));

        var tooLong = folder.File(new string('a', 108));
        var run = await RunAsync(["--port", "0", "--admin-socket", tooLong], []);
        Assert.True(run.ExitCode == 2, run.ToString());
        Assert.StartsWith($"--admin-socket: the path {tooLong} has", run.StandardError, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_socket_of_a_server_that_lives_is_left_to_it()
    {
        var socket = NewFolder().File("chat");
        var server = await StartServerAsync("--listen", $"unix:{socket}");
        await RefusedAsync($"--listen: cannot listen on unix:{socket}: another server listens there", ["--listen", $"unix:{socket}"]);
        await using var client = await server.ConnectAsync(new() { Server = server.Listeners[0] });
        await client.LoginAsync("alice");
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _occupant.Dispose();
        await base.DisposeAsync();
    }

    private async Task RefusedAsync(
        string line, string[] arguments, Dictionary<string, string>? variables = null, int exitStatus = 1)
    {
        var run = await RunAsync(arguments, variables ?? []);
        Assert.Equal((exitStatus, line + "\n"), (run.ExitCode, run.StandardError));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private Task<ProgramRun> RunAsync(string[] arguments, Dictionary<string, string> variables) =>
        ServerProgram.RunToEndAsync(_folder.Path, arguments, variables);
}
