using System.Net.Sockets;
using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Options;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>
/// Servers that are not there, are none, are full or go away: each is a sentence, or a report of what was measured until then.
/// </summary>
public sealed class UnusableServerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Loads =>
    [
        "message", "connect", "login", "login --then-quit", "presence", "slow", "history", "mixed",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Loads))]
    public async Task No_load_begins_where_the_other_side_closes_without_a_word(string load)
    {
        using var peer = new ClosingPeer();
        Assert.Equal(
            $"flood: 127.0.0.1:{peer.Port} closed the connection without a word: if it speaks TLS, add --tls",
            await OnlyLineAsync($"{load} --target 127.0.0.1:{peer.Port}"));
    }

    [Fact]
    public async Task A_ledger_is_not_verified_where_the_other_side_closes_without_a_word()
    {
        using var peer = new ClosingPeer();
        File.WriteAllText(_folder.File("ledger"), "A 1 alice bob\n");
        Assert.Contains(
            "closed the connection",
            await OnlyLineAsync($"verify --ledger {_folder.File("ledger")} --target 127.0.0.1:{peer.Port}"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        using var peer = new SilentPeer();
        var exception = await Assert.ThrowsAsync<ChatConnectionException>(() => ServerProbe.AskAsync(
            [new ChatServerAddress { Port = peer.Port }], TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        Assert.Equal($"127.0.0.1:{peer.Port} accepts connections, but has not answered HELLO within 0.05 s", exception.Message);
    }

    [Fact]
    public async Task What_is_no_chat_server_is_named()
    {
        using var peer = new SpeakingPeer("HTTP/1.1 400 Bad Request\r\n");
        Assert.StartsWith(
            $"flood: 127.0.0.1:{peer.Port}: the peer's first line is no frame",
            await OnlyLineAsync($"connect --target 127.0.0.1:{peer.Port}"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_says_does_not_steer_the_terminal()
    {
        using var peer = new SpeakingPeer("ERROR SERVER_FULL \u001b[31mno room\n");
        Assert.Equal(
            $"flood: 127.0.0.1:{peer.Port} refuses connections: ERROR SERVER_FULL ·[31mno room",
            await OnlyLineAsync($"connect --target 127.0.0.1:{peer.Port}"));
    }

    [Fact]
    public async Task Tls_to_a_server_without_it_is_named()
    {
        await using var server = await ServerProcess.StartAsync();
        Assert.Equal(
            $"flood: 127.0.0.1:{server.EndPoint.Port} does not speak TLS: leave --tls away",
            await OnlyLineAsync($"message --pairs 1 --tls --target 127.0.0.1:{server.EndPoint.Port}"));
    }

    [Fact]
    public async Task A_full_server_says_so_before_the_load()
    {
        await using var server = await ServerProcess.StartAsync("--max-connections", "1");
        await using var other = await server.LoginAsync("somebody");
        Assert.Contains(
            "refuses connections: ERROR SERVER_FULL",
            await OnlyLineAsync($"login --logins 1 --target 127.0.0.1:{server.EndPoint.Port}"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_may_take_every_connection_that_a_server_has()
    {
        await using var server = await ServerProcess.StartAsync("--max-connections", "4");
        var (status, output) = await FloodRun.AgainstAsync(server.EndPoint.Port, "connect --connections 4 --duration 1ms");
        Assert.True(status == ExitStatus.Success, output);
    }

    [Theory]
    [InlineData("unix:/no/such/socket", "cannot connect to unix:/no/such/socket: there is no such socket")]
    [InlineData("127.0.0.1:1 --source-addresses ::1", "cannot connect to 127.0.0.1:1 from ::1: ")]
    [InlineData("127.0.0.1:1 --source-addresses 192.0.2.1", "cannot connect to 127.0.0.1:1 from 192.0.2.1: ")]
    public async Task What_cannot_be_reached_is_named(string target, string sentence) => Assert.StartsWith(
        $"flood: {sentence}", await OnlyLineAsync($"connect --target {target}"), StringComparison.Ordinal);

    [Fact]
    public async Task Where_nobody_gets_in_nothing_is_held()
    {
        await using var server = await ServerProcess.StartAsync();
        await FloodRun.AgainstAsync(server.EndPoint.Port, "connect --connections 2 --duration 1ms");
        var (status, output) = await FloodRun.AgainstAsync(
            server.EndPoint.Port, "connect --connections 2 --duration 1h --password another-password");
        Assert.Equal(ExitStatus.Failure, status);
        Assert.Contains("flood: none of 2 users got in: a user cannot log in: ERROR AUTH_FAILED", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_that_somebody_else_uses_are_not_waited_for()
    {
        await using var server = await ServerProcess.StartAsync();
        await using var other = await server.ConnectAsync();
        await other.LoginAsync("flood-c-00001", "flood-password");
        var (status, output) = await FloodRun.AgainstAsync(server.EndPoint.Port, "connect --connections 1 --duration 1ms");
        Assert.Equal(ExitStatus.Failure, status);
        Assert.Contains("flood: none of 1 users got in: a user cannot log in: ERROR ALREADY_CONNECTED", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connect --connections 3", 4)]
    [InlineData("login --logins 3", 4)]
    [InlineData("presence --watchers 2 --churn 1 --rate 0.001", 4)]
    [InlineData("slow --receivers 1 --rate 0.001", 3)]
    public async Task A_load_ends_when_all_its_connections_are_gone(string load, int connections)
    {
        await using var server = await ServerProcess.StartAsync();
        var opened = new Countdown(connections);
        using var proxy = new TamperingProxy(server.EndPoint, () => opened.Pass);
        var running = FloodRun.AgainstAsync(proxy.Port, $"{load} --duration 1h");
        Assert.Same(opened.Reached, await Task.WhenAny(opened.Reached, running));
        await server.KillAsync();
        var (status, output) = await running;
        Assert.Equal(ExitStatus.Failure, status);
        Assert.Contains("result     FAILED", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("offline")]
    [InlineData("away")]
    public async Task A_run_is_reported_also_where_its_recipients_find_no_server_at_the_end(string recipients)
    {
        await using var server = await ServerProcess.StartAsync();
        var connections = 0;
        // One asks whether there is a server, a recipient and a sender log in before the load. Nobody gets in after it.
        using var proxy = new TamperingProxy(
            server.EndPoint, () => Interlocked.Increment(ref connections) <= 3 ? line => [line] : _ => null);
        var (status, output) = await FloodRun.AgainstAsync(proxy.Port, $"message --to {recipients} --pairs 1 --window 1 --duration 100ms");
        Assert.Equal(ExitStatus.Failure, status);
        Assert.Contains("OK queued", output, StringComparison.Ordinal);
        Assert.Contains("the server closed the connection", output, StringComparison.Ordinal);
        Assert.Contains("result     FAILED", output, StringComparison.Ordinal);
    }

    /// <summary>Exit status 1, and all that is said.</summary>
    private static async Task<string> OnlyLineAsync(string arguments)
    {
        var (status, output) = await FloodRun.WithAsync(arguments);
        Assert.Equal(ExitStatus.Failure, status);
        return Assert.Single(output.TrimEnd('\n').Split('\n'));
    }

    private sealed class ClosingPeer : LoopbackPeer
    {
        protected override Task ServeAsync(TcpClient client) => Task.CompletedTask;
    }

    private sealed class SilentPeer : LoopbackPeer
    {
        protected override async Task ServeAsync(TcpClient client) => await client.GetStream().CopyToAsync(Stream.Null);
    }

    /// <summary>Says one thing, and leaves.</summary>
    private sealed class SpeakingPeer(string words) : LoopbackPeer
    {
        protected override async Task ServeAsync(TcpClient client)
        {
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(words));
            client.Client.Shutdown(SocketShutdown.Send);
            await client.GetStream().CopyToAsync(Stream.Null);
        }
    }

    /// <summary>Tells when so many connections have heard the server's first word.</summary>
    private sealed class Countdown(int connections)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _lines;

        internal Task Reached => _reached.Task;

        internal IEnumerable<string> Pass(string line)
        {
            if (line.StartsWith("OK ", StringComparison.Ordinal) && line != "OK bye" && Interlocked.Increment(ref _lines) == connections)
                _reached.SetResult();
            return [line];
        }
    }
}
