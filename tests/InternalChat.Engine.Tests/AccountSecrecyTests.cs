using System.Net;
using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>
/// Whoever does not have the right password learns nothing about an account: every way in, times every state of an account. What a refusal
/// costs is compared by the iterations that were spent on it and by the names that were looked up, which are its time.
/// </summary>
public sealed class AccountSecrecyTests
{
    private const int Iterations = 1_000;
    private const string Open = "ERROR AUTH_FAILED wrong user name or password";
    private const string Closed = "ERROR AUTH_FAILED no such account or wrong password; the operator creates accounts";
    private const string Suspended = "ERROR SUSPENDED the operator closed this account";
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.1");

    private static readonly string[] States =
        ["unknown", "never-seen", "seen-lately", "online", "suspended", "deleted", "erased", "old-hash", "costly-hash"];

    public static TheoryData<bool, bool, bool> Ways =>
        new(from isOpen in (bool[])[true, false]
            from isRestarted in (bool[])[true, false]
            from isPipelined in (bool[])[true, false]
            select (isOpen, isRestarted, isPipelined));

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_wrong_password_is_answered_alike_and_takes_as_long_whatever_the_account(
        bool isOpen, bool isRestarted, bool isPipelined)
    {
        await using var server = await ServerWithAccounts(isOpen, isRestarted);
        foreach (var state in States.Where(state => !isOpen || state is not ("unknown" or "erased")))
        {
            var before = server.Engine.Authenticator.Iterations;
            var client = server.Connect(Stranger);
            client.SendLines(Enumerable.Repeat($"AUTH {state} wrong-password", isPipelined ? 3 : 1));
            Assert.All(await client.Lines(isPipelined ? 3 : 1), reply => Assert.Equal(isOpen ? Open : Closed, reply));
            Assert.Equal((isPipelined ? 3 : 1) * 3 * Iterations, server.Engine.Authenticator.Iterations - before);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refusal_looks_up_a_name_with_an_account_and_one_without_whatever_the_account(bool isThrottled)
    {
        await using var server = await ServerWithAccounts(isOpen: false, isRestarted: false);
        if (isThrottled)
        {
            server.Engine.LiveOptions = server.Engine.LiveOptions with
            {
                FailedLoginsPerAddress = new FailureLimit(1, TimeSpan.FromDays(1)),
            };
        }

        var client = server.Connect(Stranger);
        Assert.Equal(Closed, await client.Ask("AUTH nobody wrong-password"));
        foreach (var state in States)
        {
            var (found, missed) = server.Engine.Authenticator.LookedUp;
            var reply = await server.Connect(Stranger).Ask($"AUTH {state} wrong-password");
            Assert.StartsWith(isThrottled ? "ERROR AUTH_THROTTLED " : Closed, reply, StringComparison.Ordinal);
            Assert.Equal((found + 1, missed + 1), server.Engine.Authenticator.LookedUp);
        }
    }

    [Fact]
    public async Task A_refusal_looks_up_another_name_when_the_one_that_it_looked_up_has_been_erased()
    {
        await using var server = new TestServer(
            TestServer.Quiet with { Live = TestServer.QuietLive with { RegistrationOpen = true } });
        await server.Register("alice", "bobby");
        server.Engine.LiveOptions = server.Engine.LiveOptions with { RegistrationOpen = false };
        for (var guess = 0; guess < 2; guess++)
            Assert.Equal(Closed, await server.Connect(Stranger).Ask("AUTH nobody wrong-password"));
        var (_, erasure) = await server.Engine.Accounts.EraseAsync(UserName.Parse("alice"));
        while (await server.Engine.Accounts.IsErasurePendingAsync(erasure))
            await Task.Yield();
        Assert.Equal(Closed, await server.Connect(Stranger).Ask("AUTH nobody wrong-password"));
        var (found, missed) = server.Engine.Authenticator.LookedUp;
        Assert.Equal(Closed, await server.Connect(Stranger).Ask("AUTH nobody wrong-password"));
        Assert.Equal((found + 1, missed + 1), server.Engine.Authenticator.LookedUp);
    }

    [Theory]
    [InlineData("never-seen", "OK authenticated")]
    [InlineData("seen-lately", "OK authenticated")]
    [InlineData("online", "ERROR ALREADY_CONNECTED this user is connected elsewhere")]
    [InlineData("suspended", Suspended)]
    [InlineData("old-hash", "OK authenticated")]
    [InlineData("costly-hash", "OK authenticated")]
    [InlineData("deleted", Closed)]
    [InlineData("erased", Closed)]
    [InlineData("unknown", Closed)]
    public async Task The_right_password_tells_how_the_account_stands(string state, string reply)
    {
        await using var server = await ServerWithAccounts(isOpen: false, isRestarted: false);
        Assert.Equal(reply, await server.Connect(Stranger).Ask($"AUTH {state} password"));
    }

    [Fact]
    public async Task A_wrong_password_takes_as_long_as_a_right_one_that_is_verified_for_the_first_time()
    {
        await using var server = new TestServer();
        await server.Register("alice");
        await server.Restart();
        var before = server.Engine.Authenticator.Iterations;
        await server.Connect(Stranger).Ask("AUTH alice wrong-password");
        var ofWrong = server.Engine.Authenticator.Iterations - before;
        await server.Connect(Stranger).LogIn("alice");
        Assert.Equal(Iterations, ofWrong);
        Assert.Equal(2 * ofWrong, server.Engine.Authenticator.Iterations - before);
    }

    private static async Task<TestServer> ServerWithAccounts(bool isOpen, bool isRestarted)
    {
        var options = TestServer.Quiet with
        {
            PasswordIterations = Iterations,
            Live = TestServer.QuietLive with { FailedLoginsPerAddress = new FailureLimit(1_000, TimeSpan.FromMinutes(10)) },
        };
        var time = new FakeTimeProvider();
        var server = new TestServer(options with { PasswordIterations = 3 * Iterations }, time);
        await server.Register("costly-hash");
        await server.Restart(options with { PasswordIterations = Iterations / 2 });
        await server.Register("old-hash");
        await server.Restart(options);
        await server.Register("never-seen", "suspended", "deleted", "erased");
        await server.Engine.Accounts.SuspendAsync(UserName.Parse("suspended"));
        await server.Engine.Accounts.DeleteAsync(UserName.Parse("deleted"));
        var (_, erasure) = await server.Engine.Accounts.EraseAsync(UserName.Parse("erased"));
        // The writer goes on with it whenever it finds nothing to do for a while.
        while (await server.Engine.Accounts.IsErasurePendingAsync(erasure))
            time.Advance(TimeSpan.FromSeconds(1));
        if (isRestarted)
            await server.Restart();
        await server.Register("seen-lately");
        await server.LogInAs("online");
        server.Engine.LiveOptions = options.Live with { RegistrationOpen = isOpen };
        return server;
    }
}
