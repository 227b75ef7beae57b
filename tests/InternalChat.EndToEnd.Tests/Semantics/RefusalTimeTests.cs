using System.Diagnostics;
using System.Globalization;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;
using InternalChat.TestKit.Statistics;

namespace InternalChat.EndToEnd.Tests.Semantics;

/// <summary>
/// How long a real server takes to refuse a login must not tell how the account stands. AccountSecrecyTests in the engine's tests count the
/// work; this finds what no count of iterations shows. The short form fails for gross differences only, LOGIN_TIMING_ROUNDS=1000 for small
/// ones.
/// </summary>
public sealed class RefusalTimeTests : AdministrationTest
{
    private const int ShortRounds = 40;
    private const int Iterations = 10_000;
    private const string NoLimit = "1000000/1m";
    private const string WrongPassword = "not-the-password";

    // The hashing threads give way to everybody else: on a crowded machine a hash of some milliseconds may take seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] States =
        ["never-seen", "seen-lately", "online", "unknown", "suspended", "deleted", "erased", "cheap-hash", "costly-hash"];

    private static int Rounds => int.Parse(
        Environment.GetEnvironmentVariable("LOGIN_TIMING_ROUNDS") ?? $"{ShortRounds}", CultureInfo.InvariantCulture);

    private static int Seed => Environment.TickCount;

    // Of few rounds on a busy machine only what is gross can be told from nothing at all.
    private static double Tolerance => Rounds > ShortRounds ? 0.03 : 0.1;

    [Fact]
    public async Task A_wrong_password_is_refused_after_the_same_time_whatever_the_account()
    {
        var server = await ServerWithAccountsAsync(costly: 3 * Iterations);
        await ExpectAlikeAsync(server, "AUTH_FAILED");
    }

    [Fact]
    public async Task A_login_that_is_throttled_is_refused_after_the_same_time_whatever_the_account()
    {
        var server = await ServerWithAccountsAsync(costly: 3 * Iterations, failedLogins: "1/24h");
        await using (var client = await server.ConnectAsync())
        {
            foreach (var state in States)
                await client.ExpectErrorAsync($"AUTH {state} {WrongPassword}", "AUTH_FAILED");
        }

        await ExpectAlikeAsync(server, "AUTH_THROTTLED");
    }

    /// <summary>Hashes that cost more than ten times the setting are the exception that docs/security.md names.</summary>
    [Fact]
    public async Task A_difference_is_found_if_there_is_one()
    {
        var server = await ServerWithAccountsAsync(costly: 40 * Iterations);
        var times = new TimeComparison(["never-seen", "costly-hash"], Seed);
        var client = await ConnectAsync(server);
        client.Timeout = Patience;
        while (times.Differences(Tolerance) is [] && times.Rounds < 100 * ShortRounds)
            await times.RoundAsync(state => TimeOfAsync(client, state, "AUTH_FAILED"));
        Assert.StartsWith("costly-hash: slower ", Assert.Single(times.Differences(Tolerance)), StringComparison.Ordinal);
    }

    private async Task ExpectAlikeAsync(ServerProcess server, string code)
    {
        var times = new TimeComparison(States, Seed);
        var client = await ConnectAsync(server);
        client.Timeout = Patience;
        // Whatever is made at its first use is made before.
        foreach (var state in States)
            await TimeOfAsync(client, state, code);
        while (times.Rounds < Rounds)
            await times.RoundAsync(state => TimeOfAsync(client, state, code));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Rounds} rounds, medians: {times}");
        Assert.Empty(times.Differences(Tolerance));
    }

    private static async Task<TimeSpan> TimeOfAsync(RawClient client, string state, string code)
    {
        var since = Stopwatch.GetTimestamp();
        await client.ExpectErrorAsync($"AUTH {state} {WrongPassword}", code);
        return Stopwatch.GetElapsedTime(since);
    }

    /// <summary>Registration is closed in the end, and nothing is throttled but as this limit says.</summary>
    private async Task<ServerProcess> ServerWithAccountsAsync(int costly, string failedLogins = NoLimit)
    {
        var server = await StartAsync(costly, earlier: null);
        await RegisterAsync(server, "costly-hash");
        server = await StartAsync(Iterations / 2, server);
        await RegisterAsync(server, "cheap-hash");
        server = await StartAsync(Iterations, server);
        foreach (var name in (string[])["never-seen", "seen-lately", "online", "suspended", "deleted", "erased"])
            await RegisterAsync(server, name);
        await DoneAsync(server, "users", "suspend", "suspended");
        await DoneAsync(server, "users", "delete", "deleted");
        await DoneAsync(server, "erase", "erased", "--yes");
        server = await StartAsync(
            Iterations, server,
            "--registration", "closed", "--auth-timeout", "24h", "--failed-logins", failedLogins, "--failed-logins-per-name", NoLimit,
            "--failed-logins-per-address", NoLimit, "--failed-logins-per-connection", "1000000");
        await RegisterAsync(server, "seen-lately");
        await LoginAsync(server, "online");
        return server;
    }

    private async Task<ServerProcess> StartAsync(int iterations, ServerProcess? earlier, params string[] flags)
    {
        if (earlier is not null)
            await earlier.TerminateAsync();
        string[] all = ["--password-iterations", $"{iterations}", .. flags];
        return await StartServerAsync(earlier is null
            ? ServerLaunch.Defaults(all)
            : ServerLaunch.Defaults(all) with { DatabasePath = earlier.DatabasePath, Secrets = earlier.Secrets });
    }

    private static async Task RegisterAsync(ServerProcess server, string name)
    {
        await using var client = await server.LoginAsync(name);
        await client.LeaveAsync();
    }
}
