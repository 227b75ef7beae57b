using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Semantics;

/// <summary>
/// The attacks of docs/security.md against a real server: guessing fast, in parallel, through memory, and locking others out.
/// ATTACK_SECONDS makes longer what goes on for a while.
/// </summary>
public sealed class LoginAttackTests : EndToEndTest
{
    private const int Attacker = 2;
    private const string Throttled = "AUTH_THROTTLED";

    private static TimeSpan Duration => TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("ATTACK_SECONDS") ?? "0", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_guess_that_is_throttled_gets_the_same_answer_right_or_wrong(bool isOnline)
    {
        var server = await StartServerAsync();
        var alice = await LoginAsync(server, "alice", From(1));
        if (!isOnline)
            await alice.LeaveAsync();
        await GuessAsync(server, "alice", 20);
        string[] guesses = ["a-wrong-guess", UniqueName.PasswordOf("alice"), "another-wrong-guess"];
        var attacker = await ConnectAsync(server, From(Attacker));
        await attacker.SendAsync(guesses.Select(static guess => $"AUTH alice {guess}"));
        foreach (var _ in guesses)
            await attacker.ExpectErrorAsync(Throttled);
    }

    [Fact]
    public async Task Guesses_in_parallel_get_no_more_tries_than_an_address_has()
    {
        const int guesses = 200;
        var server = await StartServerAsync(
            ServerLaunch.Defaults("--registration", "closed", "--password-iterations", "20000"));
        var replies = await Task.WhenAll(Enumerable.Range(0, guesses).Select(async number =>
        {
            var attacker = await ConnectAsync(server, From(Attacker));
            return CodeOf(await attacker.AskAsync($"AUTH user{number} a-wrong-guess"));
        }));
        // One is forgiven in six seconds.
        Assert.InRange(replies.Count(static code => code is not (Throttled or "BUSY")), 50, 60);
        Assert.All(replies, static code => Assert.Contains(code, (string[])["AUTH_FAILED", Throttled, "BUSY"]));
    }

    [Fact]
    public async Task A_connection_ends_with_the_answer_to_its_sixth_failed_login()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice", From(1));
        var attacker = await ConnectAsync(server, From(Attacker));
        await attacker.SendAsync(Enumerable.Range(0, 50).Select(static number => $"AUTH alice guess-number-{number}"));
        for (var guess = 0; guess < 6; guess++)
            await attacker.ExpectErrorAsync("AUTH_FAILED");
        await attacker.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_connection_that_pipelines_logins_does_not_outlive_its_time()
    {
        var timeout = new AuthTimeoutFile(NewFolder());
        var server = await StartServerAsync(timeout.Flags);
        await LoginAsync(server, "alice");
        await timeout.SetAsync(server, "1s");
        var other = await ConnectAsync(server);
        var sending = SendWithoutPauseAsync(other, $"AUTH alice {UniqueName.PasswordOf("alice")}");
        string code;
        do
            code = CodeOf(await other.ReadReplyAsync("waiting for the end"));
        while (code == "ALREADY_CONNECTED");

        Assert.Equal("TIMEOUT", code);
        await sending;
    }

    [Fact]
    public async Task A_stranger_who_guesses_without_pause_keeps_the_owner_out_from_nowhere_else()
    {
        var ended = await StartServerAsync();
        await (await LoginAsync(ended, "alice", From(1))).LeaveAsync();
        await ended.TerminateAsync();
        // Nothing is in memory.
        var server = await StartAgainAsync(ended);
        using var stop = new CancellationTokenSource();
        var guesses = 0;
        var attack = AttackAsync();
        await GuessAsync(server, "alice", 20);
        var taken = Stopwatch.StartNew();
        var logins = 0;
        do
        {
            foreach (var address in (int[])[1, 10 + (logins++ % 200)])
            {
                // Thousands of them: each is closed at once.
                await using var owner = await server.LoginAsync("alice", From(address));
                await owner.LeaveAsync();
            }
        }
        while (!attack.IsCompleted && (logins < 50 || Volatile.Read(ref guesses) < 60 || taken.Elapsed < Duration));

        var attacker = await ConnectAsync(server, From(Attacker));
        await stop.CancelAsync();
        await attack;
        await attacker.ExpectErrorAsync("AUTH alice a-last-wrong-guess", Throttled);

        async Task AttackAsync()
        {
            for (; !stop.IsCancellationRequested; Interlocked.Add(ref guesses, 6))
                await GuessAsync(server, "alice", 6);
        }
    }

    [Fact]
    public async Task A_stranger_who_makes_accounts_without_pause_does_not_keep_the_owner_from_a_turn()
    {
        // More than may wait of one network, and than are hashed meanwhile.
        const int accounts = 700;
        var ended = await StartServerAsync();
        await (await LoginAsync(ended, "alice", From(1))).LeaveAsync();
        await ended.TerminateAsync();
        var server = await StartServerAsync(
            ServerLaunch.Defaults("--password-iterations", "300000") with { DatabasePath = ended.DatabasePath, Secrets = ended.Secrets });
        for (var account = 0; account < accounts; account++)
        {
            var stranger = await ConnectAsync(server, From(Attacker));
            await stranger.SendAsync([$"AUTH stranger{account} a-new-password"]);
        }

        var last = await ConnectAsync(server, From(Attacker));
        await last.ExpectErrorAsync("AUTH last a-new-password", "BUSY");
        await LoginAsync(server, "alice", From(1));
        await LoginAsync(server, "bob", From(3));
    }

    [Fact]
    public async Task Peers_that_reset_behind_their_AUTH_keep_nobody_waiting_and_get_no_accounts()
    {
        const int peers = 256;
        // Each hash takes far longer than to send an AUTH and to reset.
        var server = await StartServerAsync(ServerLaunch.Defaults("--password-iterations", "600000"));
        for (var peer = 0; peer < peers; peer++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.0.{Attacker}"), 0));
            await socket.ConnectAsync(server.EndPoint, TestContext.Current.CancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"AUTH gone{peer} a-new-password\n"), TestContext.Current.CancellationToken);
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        // Of the same network: its turn comes behind all that is still there.
        var alice = await LoginAsync(server, "alice", From(Attacker));
        await alice.SendAsync("LIST");
        string known;
        do
            known = await alice.ReadReplyAsync("the known names");
        while (!known.StartsWith("INFO known: ", StringComparison.Ordinal));

        // Those that a slow machine has reset only when their accounts were made.
        Assert.InRange(known.Split("gone").Length - 1, 0, 5);
    }

    [Fact]
    public async Task Failures_at_other_names_keep_nobody_out_who_has_logged_in_from_that_address_before()
    {
        var ended = await StartServerAsync();
        await (await LoginAsync(ended, "alice", From(Attacker))).LeaveAsync();
        await (await LoginAsync(ended, "carol", From(1))).LeaveAsync();
        await ended.TerminateAsync();
        var server = await StartServerAsync(
            ServerLaunch.Quick("--registration", "closed") with { DatabasePath = ended.DatabasePath, Secrets = ended.Secrets });
        for (var name = 0; name < 8; name++)
            await GuessAsync(server, $"nobody{name}", 9);
        var carol = await ConnectAsync(server, From(Attacker));
        await carol.ExpectErrorAsync($"AUTH carol {UniqueName.PasswordOf("carol")}", Throttled);
        await LoginAsync(server, "alice", From(Attacker));
        await LoginAsync(server, "carol", From(1));
    }

    [Fact]
    public async Task Whoever_has_used_the_limit_up_is_let_in_again_within_60_seconds()
    {
        Assert.SkipWhen(Duration < TimeSpan.FromSeconds(60), "Takes a minute: ATTACK_SECONDS=60 or more.");
        var server = await StartServerAsync();
        await (await LoginAsync(server, "alice", From(Attacker))).LeaveAsync();
        await GuessAsync(server, "alice", 20);
        var taken = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1));
        string reply;
        do
            reply = await (await ConnectAsync(server, From(Attacker))).AskAsync($"AUTH alice {UniqueName.PasswordOf("alice")}");
        while (CodeOf(reply) == Throttled && await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken));

        Assert.Equal("OK authenticated", reply);
        Assert.True(taken.Elapsed < TimeSpan.FromSeconds(63), $"The owner was locked out for {taken.Elapsed}.");
    }

    /// <summary>Six on a connection.</summary>
    private async Task GuessAsync(ServerProcess server, string name, int guesses)
    {
        for (var guess = 0; guess < guesses;)
        {
            await using var attacker = await server.ConnectAsync(From(Attacker));
            for (var end = Math.Min(guess + 6, guesses); guess < end; guess++)
            {
                var code = CodeOf(await attacker.AskAsync($"AUTH {name} guess-number-{guess}"));
                Assert.True(code is "AUTH_FAILED" or Throttled, code);
            }
        }
    }

    private static async Task SendWithoutPauseAsync(RawClient client, string line)
    {
        try
        {
            for (var sent = 0; sent < 100_000; sent++)
                await client.SendAsync(line);
        }
        catch (IOException)
        {
            // Closed by the server, as it should be.
        }
    }

    private static string CodeOf(string reply) => reply.Split(' ')[1];

    private static RawClientOptions From(int address) => new() { LocalAddress = IPAddress.Parse($"127.0.0.{address}") };
}
