using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Semantics;

/// <summary>What a stranger can learn from or do with AUTH.</summary>
public sealed class LoginSecurityTests : EndToEndTest
{
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
}
