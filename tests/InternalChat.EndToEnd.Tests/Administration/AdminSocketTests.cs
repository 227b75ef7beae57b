using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Administration;

public sealed class AdminSocketTests : AdministrationTest
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int Nobody = 65_534;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_socket_is_beside_the_database_for_its_owner_only_and_gone_after_a_stop()
    {
        var server = await StartServerAsync();
        Assert.Equal(OwnerOnly, ModeOf(SocketOf(server)));
        Assert.Equal(0, await server.TerminateAsync());
        Assert.False(File.Exists(SocketOf(server)));
    }

    [Fact]
    public async Task Another_user_of_the_machine_is_not_answered()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can be somebody else.");
        var server = await StartServerAsync();
        // Everybody may look into the folder: it is the socket that keeps them out.
        SetMode(Path.GetDirectoryName(server.DatabasePath)!, "755");
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(server));
        Assert.Equal("Permission denied", await AskAsync(server, asUser: Nobody));
        // Even where somebody opens the socket to all, the server asks the system who is there.
        SetMode(SocketOf(server), "666");
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync(server));
        Assert.Equal("nothing", await AskAsync(server, asUser: Nobody));
    }

    [Fact]
    public async Task A_socket_that_a_killed_server_left_is_replaced()
    {
        var server = await StartServerAsync();
        await server.KillAsync();
        Assert.True(File.Exists(SocketOf(server)));
        var next = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = server.DatabasePath });
        await DoneAsync(next, "status");
    }

    [Fact]
    public async Task A_file_in_the_socket_s_place_is_left_alone_and_the_server_says_so()
    {
        var folder = NewFolder();
        var socket = folder.File("chat.db.admin");
        await File.WriteAllTextAsync(socket, "precious", Cancellation);
        var run = await RunAsync("", "--port", "0", "--db-path", folder.File("chat.db"));
        Assert.True(run.ExitCode == 1, run.ToString());
        Assert.Contains(socket, run.StandardError, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(socket, Cancellation));
    }

    [Fact]
    public async Task Another_server_s_socket_is_not_taken()
    {
        var socket = NewFolder().File("shared");
        var first = await StartServerAsync("--admin-socket", socket);
        var run = await RunAsync("", "--port", "0", "--db-path", NewFolder().File("chat.db"), "--admin-socket", socket);
        Assert.True(
            run.ExitCode == 1 && run.StandardError.Contains("another server listens there", StringComparison.Ordinal), run.ToString());
        run = await RunAsync("", "admin", "status", "--json", "--socket", socket);
        Assert.True(run.ExitCode == 0 && run.StandardOutput.Contains(first.DatabasePath, StringComparison.Ordinal), run.ToString());
    }

    [Fact]
    public async Task A_path_that_is_too_long_for_a_socket_is_said_and_the_chat_goes_on_where_nobody_chose_it()
    {
        var folder = NewFolder().File(new string('x', 100));
        var database = Path.Combine(folder, "chat.db");
        var server = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = database });
        await LoginAsync(server, "alice");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Contains("at most 107", server.Output.Whole, StringComparison.Ordinal);
        Assert.Contains("--admin-socket", server.Output.Whole, StringComparison.Ordinal);

        var run = await RunAsync("", "--port", "0", "--db-path", database, "--admin-socket", Path.Combine(folder, "admin"));
        Assert.True(run.ExitCode == 2 && run.StandardError.Contains("at most 107", StringComparison.Ordinal), run.ToString());

        var socket = NewFolder().File("admin");
        server = await StartServerAsync(ServerLaunch.Quick("--admin-socket", socket) with { DatabasePath = database });
        run = await RunAsync("", "admin", "status", "--socket", socket);
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    [Fact]
    public async Task Administration_can_be_off()
    {
        var server = await StartServerAsync("--admin-socket", "off");
        await LoginAsync(server, "alice");
        Assert.False(File.Exists(SocketOf(server)));
        await RefusedAsync(server, 3, "no such socket", "status");
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", "", 404, "no_such_path")]
    [InlineData("POST", "/v1/status", "", 405, "no_such_method")]
    [InlineData("POST", "/v1/drain", "{", 400, "bad_request")]
    [InlineData("POST", "/v1/drain", "null", 400, "bad_request")]
    [InlineData("POST", "/v1/drain", "{}", 400, "bad_request")]
    [InlineData("POST", "/v1/drain", """{"over_seconds":-1}""", 400, "bad_request")]
    [InlineData("POST", "/v1/notice", """{"text":"two\nlines"}""", 400, "invalid_notice")]
    [InlineData("POST", "/v1/users", """{"user":"alice"}""", 400, "invalid_password")]
    [InlineData("POST", "/v1/users", """{"password":"long-enough"}""", 400, "invalid_user")]
    [InlineData("GET", "/v1/users?limit=0", "", 400, "bad_request")]
    [InlineData("GET", "/v1/users/nobody", "", 404, "no_such_user")]
    [InlineData("GET", "/v1/users/nobody/export", "", 404, "no_such_user")]
    [InlineData("GET", "/v1/top?interval_ms=1", "", 400, "bad_request")]
    [InlineData("PUT", "/v1/log-level", """{"level":"loud"}""", 400, "invalid_level")]
    [InlineData("POST", "/v1/users/alice/rename", "", 404, "no_such_path")]
    public async Task Requests_that_cannot_be_done_get_a_code_and_a_sentence(
        string method, string path, string body, int status, string code)
    {
        var server = await StartServerAsync();
        using var http = HttpTo(SocketOf(server));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body.Length > 0)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, Cancellation);
        using var reply = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal((status, "application/json"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(code, reply.RootElement.GetProperty("code").GetString());
        Assert.Matches("^[^\n]{10,}$", reply.RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task The_socket_does_not_speak_chat_and_chat_does_not_speak_HTTP()
    {
        var server = await StartServerAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketOf(server)), Cancellation);
        await socket.SendAsync("HELLO 1\n"u8.ToArray(), Cancellation);
        var buffer = new byte[100];
        var read = await socket.ReceiveAsync(buffer, Cancellation);
        Assert.StartsWith("HTTP/1.1 400 ", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
        var client = await ConnectAsync(server);
        await client.ExpectErrorAsync("GET /v1/status HTTP/1.1", "BAD_REQUEST");
    }

    /// <summary>The first line of the answer to a request, or why there is none.</summary>
    private static async Task<string> AskAsync(ServerProcess server, int? asUser = null)
    {
        const string script = """
            use Socket;
            socket(my $server, PF_UNIX, SOCK_STREAM, 0);
            connect($server, sockaddr_un($ARGV[0])) or do { print "$!"; exit };
            $SIG{PIPE} = "IGNORE";
            syswrite($server, "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
            my $line = <$server> // "nothing";
            $line =~ s/\r\n//;
            print $line;
            """;
        string[] perl = ["/usr/bin/perl", "-e", script, SocketOf(server)];
        string[] command = asUser is null ? perl : ["/usr/bin/setpriv", $"--reuid={asUser}", "--clear-groups", .. perl];
        var run = await ProgramRun.ToEndAsync(command[0], command[1..]);
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        return run.StandardOutput;
    }

    private static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);

    private static void SetMode(string path, string octal)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(octal, 8));
    }

    private static string SocketOf(ServerProcess server) => server.DatabasePath + ".admin";

    private static HttpClient HttpTo(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
    };
}
