using System.Diagnostics;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Privileges;

/// <summary>What root's commands find may be another user's: a socket, settings, a folder.</summary>
public sealed class StrangersTests : AdministrationTest
{
    private const string Password = "a-long-password";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1777", "0:0")]
    [InlineData("755", "0:0")]
    [InlineData("755", "54399:54399")]
    public async Task A_socket_of_a_stranger_is_told_nothing(string mode, string ownerOfFolder)
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        await using var stranger = await Listener.StartAsync(users);
        await TwoUsers.RunAsync("chown", ownerOfFolder, users.ServiceFolder);
        await TwoUsers.RunAsync("chmod", mode, users.ServiceFolder);
        foreach (var option in new[] { "--db-path", "--socket" })
        {
            var path = option == "--socket" ? stranger.Socket : users.Database;
            var run = await RunAsync(Password, "admin", "users", "add", "alice", option, path);
            Assert.True(run.ExitCode == 3 && run.ErrorLines.Count == 1, run.ToString());
            Assert.Contains($"user with id {TwoUsers.ServiceId}", run.StandardError, StringComparison.Ordinal);
        }

        Assert.Equal("", await stranger.HeardAsync());
    }

    [Fact]
    public async Task The_owner_of_the_socket_s_folder_or_of_the_database_s_is_no_stranger()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        await using var server = await Listener.StartAsync(users);
        var run = await RunAsync(Password, "admin", "users", "add", "alice", "--socket", server.Socket);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains(Password, await server.HeardAsync(), StringComparison.Ordinal);

        await TwoUsers.RunAsync("chmod", "1777", Path.GetDirectoryName(users.ServiceFolder)!);
        await using var elsewhere = await Listener.StartAsync(users, Path.Combine(Path.GetDirectoryName(users.ServiceFolder)!, "socket"));
        var settings = new Dictionary<string, string> { ["CHAT_ADMIN_SOCKET"] = elsewhere.Socket, ["CHAT_DB_PATH"] = users.Database };
        run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["admin", "users", "add", "alice"], settings, Password);
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    [Fact]
    public async Task Root_serves_no_database_of_another_user()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        var run = await RunAsync("", "serve", "--port", "0", "--db-path", users.Database);
        Assert.True(run.ExitCode == 1 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains($"user with id {TwoUsers.ServiceId}", run.StandardError, StringComparison.Ordinal);
        Assert.Equal(["chat.db"], Directory.GetFileSystemEntries(users.ServiceFolder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Root_goes_by_no_settings_that_another_user_has_put_into_the_working_directory()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        var file = Path.Combine(users.ServiceFolder, "appsettings.json");
        await File.WriteAllTextAsync(file, $$"""{ "Chat": { "DbPath": "{{users.SecretFile}}" } }""", Cancellation);
        await TwoUsers.RunAsync("chown", TwoUsers.Service, file);
        var run = await ServerProgram.RunToEndAsync(users.ServiceFolder, ["db", "restore", users.Backup]);
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains(file, run.StandardError, StringComparison.Ordinal);
        await users.ExpectUntouchedAsync("restore");
        // One that root names is root's choice.
        run = await ServerProgram.RunToEndAsync(users.ServiceFolder, ["config", "--config", file]);
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    [Fact]
    public async Task What_root_makes_in_another_users_folder_is_that_users()
    {
        var users = await TwoUsers.CreateAsync(NewFolder());
        var (socket, export) = (Path.Combine(users.ServiceFolder, "socket"), Path.Combine(users.ServiceFolder, "alice.json"));
        var server = await StartServerAsync("--admin-socket", socket);
        await LoginAsync(server, "alice");
        var run = await RunAsync("", "admin", "export", "alice", "--socket", socket, "--out", export);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal($"{TwoUsers.Service} 600\n{TwoUsers.Service} 600\n", await TwoUsers.OwnersAsync(socket, export));
        Assert.Contains("\"alice\"", await File.ReadAllTextAsync(export, Cancellation), StringComparison.Ordinal);
    }

    /// <summary>A process of the service's user that listens and answers as an administration socket would.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private const string Script = """
            use Socket;
            $| = 1;
            socket(my $listener, PF_UNIX, SOCK_STREAM, 0);
            bind($listener, sockaddr_un($ARGV[0])) or die "$!";
            listen($listener, 5);
            print STDERR "listening\n";
            while (accept(my $client, $listener)) {
                my $heard = "";
                while ($heard !~ /\}/ && sysread($client, $heard, 4096, length $heard)) { }
                print $heard;
                syswrite($client, "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"user\":\"alice\"}") if length $heard;
            }
            """;

        private readonly Process _process;
        private readonly Task<string> _heard;

        private Listener(string socket, Process process)
        {
            (Socket, _process) = (socket, process);
            _heard = process.StandardOutput.ReadToEndAsync();
        }

        public string Socket { get; }

        public static async Task<Listener> StartAsync(TwoUsers users, string? socket = null)
        {
            socket ??= users.Database + ".admin";
            var start = new ProcessStartInfo(
                "/usr/bin/setpriv",
                ["--reuid=54321", "--regid=54322", "--clear-groups", "/usr/bin/perl", "-e", Script, socket])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            var listener = new Listener(socket, Process.Start(start)!);
            Assert.Equal("listening", await listener._process.StandardError.ReadLineAsync(Cancellation));
            return listener;
        }

        /// <summary>Ends it; all that anybody has said to it.</summary>
        public async Task<string> HeardAsync()
        {
            _process.Kill();
            return await _heard;
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }
    }
}
