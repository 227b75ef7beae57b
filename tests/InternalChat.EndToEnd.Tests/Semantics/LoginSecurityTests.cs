using System.Diagnostics;
using System.Net;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Semantics;

/// <summary>What a stranger can learn from or do with AUTH.</summary>
public sealed class LoginSecurityTests : EndToEndTest
{
    private const int Samples = 5;

    [Fact]
    public async Task A_wrong_password_takes_about_as_long_as_a_right_one()
    {
        var names = Enumerable.Range(0, 2 * Samples).Select(number => $"user-{number}").ToArray();
        var server = await ExpensiveServerAsync();
        foreach (var name in names)
            await LoginAsync(server, name);
        await server.TerminateAsync();

        // A new process: none of these passwords has been verified in it, so a right one costs its full hash.
        var restarted = await ExpensiveServerAsync(server);
        await TimeOfAsync(restarted, "AUTH warm-up a-good-password", 0);
        var (right, wrong) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var sample = 0; sample < Samples; sample++)
        {
            right.Add(await TimeOfAsync(restarted, $"AUTH {names[2 * sample]} {UniqueName.PasswordOf(names[2 * sample])}", 2 * sample));
            wrong.Add(await TimeOfAsync(restarted, $"AUTH {names[2 * sample + 1]} not-the-password", 2 * sample + 1));
        }

        ExpectAlike(right, wrong);
    }

    [Fact]
    public async Task With_registration_closed_an_unknown_name_takes_about_as_long_as_a_wrong_password()
    {
        var names = Enumerable.Range(0, Samples).Select(number => $"user-{number}").ToArray();
        var server = await ExpensiveServerAsync();
        foreach (var name in names)
            await LoginAsync(server, name);
        await server.TerminateAsync();

        var restarted = await ExpensiveServerAsync(server, "--registration", "closed");
        await TimeOfAsync(restarted, "AUTH warm-up a-good-password", 0);
        var (known, unknown) = (new List<TimeSpan>(), new List<TimeSpan>());
        for (var sample = 0; sample < Samples; sample++)
        {
            known.Add(await TimeOfAsync(restarted, $"AUTH {names[sample]} not-the-password", 2 * sample));
            unknown.Add(await TimeOfAsync(restarted, $"AUTH nobody-{sample} not-the-password", 2 * sample + 1));
        }

        ExpectAlike(known, unknown);
    }

    [Fact]
    public async Task With_registration_closed_a_new_name_gets_no_account_and_a_known_one_goes_on()
    {
        var server = await StartServerAsync();
        await (await LoginAsync(server, "alice")).LeaveAsync();
        await server.TerminateAsync();
        var closed = await StartServerAsync(
            ServerLaunch.Quick("--registration", "closed") with { DatabasePath = server.DatabasePath, Secrets = server.Secrets });
        var stranger = await ConnectAsync(closed);
        await stranger.ExpectErrorAsync("AUTH newcomer a-good-password", "AUTH_FAILED");
        await stranger.ExpectErrorAsync("AUTH newcomer short", "WEAK_PASSWORD");
        await stranger.LoginAsync("alice");
        await stranger.ExpectErrorAsync("HISTORY newcomer", "UNKNOWN_TARGET");
    }

    [Fact]
    public async Task No_password_and_no_body_is_in_the_most_talkative_log()
    {
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = new Dictionary<string, string>
            {
                ["Logging__LogLevel__Default"] = "Trace",
                ["Logging__Console__LogLevel__Default"] = "Trace",
            },
        });
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await alice.TellAsync("bob", "nobody but bob may read this");
        await bob.ReadFromAsync("alice");
        Assert.Single(await bob.HistoryAsync("alice"));
        var stranger = await ConnectAsync(server);
        await stranger.ExpectErrorAsync("AUTH alice not-the-password-of-alice", "AUTH_FAILED");
        await stranger.ExpectErrorAsync("AUTH alice two passwords-with-a-space", "BAD_REQUEST");
        await stranger.SendRawAsync("AUTH alice cut-off-in-the-middle"u8.ToArray());
        await server.TerminateAsync();
        Assert.DoesNotContain("passwords-with-a-space", server.Output.Whole, StringComparison.Ordinal);
        Assert.DoesNotContain("cut-off-in-the-middle", server.Output.Whole, StringComparison.Ordinal);
        server.VerifyOutput();
    }

    private Task<ServerProcess> ExpensiveServerAsync(ServerProcess? earlier = null, params string[] flags) =>
        StartServerAsync(ServerLaunch.Defaults(["--password-iterations", "600000", .. flags]) with
        {
            DatabasePath = earlier?.DatabasePath,
            Secrets = earlier?.Secrets ?? new SecretLedger(),
        });

    // Each from an address of its own, so that no throttle answers instead of the hash.
    private async Task<TimeSpan> TimeOfAsync(ServerProcess server, string auth, int address)
    {
        var client = await ConnectAsync(server, From(10 + address));
        await client.ExpectAsync("HELLO 1", "OK hello");
        var taken = Stopwatch.StartNew();
        await client.AskAsync(auth);
        return taken.Elapsed;
    }

    private static void ExpectAlike(List<TimeSpan> one, List<TimeSpan> other)
    {
        var ratio = Median(one) / Median(other);
        Assert.True(ratio is > 0.5 and < 2, $"{string.Join(", ", one)} against {string.Join(", ", other)}");
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static RawClientOptions From(int address) => new() { LocalAddress = IPAddress.Parse($"127.0.0.{address}") };
}
