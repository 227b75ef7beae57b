using System.Net;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>How many accounts registration makes, and for whom.</summary>
public sealed class RegistrationsTests
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");

    [Fact]
    public async Task A_network_that_has_made_its_accounts_gets_BUSY_for_the_next_and_one_more_after_each_share_of_the_time()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(Limiting(3), time);
        for (var account = 0; account < 3; account++)
            await Registered(server, Here, $"early{account}");
        await Refused(server, Here, "late0");
        await Registered(server, There, "elsewhere");
        time.Advance(TimeSpan.FromMinutes(20));
        await Registered(server, Here, "late0");
        await Refused(server, Here, "late1");
        time.Advance(TimeSpan.FromHours(1));
        for (var account = 1; account <= 3; account++)
            await Registered(server, Here, $"late{account}");
        await Refused(server, Here, "late4");
    }

    [Fact]
    public async Task Whoever_has_an_account_logs_in_and_the_operator_makes_accounts_while_the_limit_is_used_up()
    {
        await using var server = new TestServer(Limiting(1), new FakeTimeProvider());
        await server.Register("alice");
        await Registered(server, Here, "carol");
        await Refused(server, Here, "bob");
        Assert.Equal(
            AccountChangeOutcome.Done, await server.Engine.Accounts.AddAsync(UserName.Parse("bob"), "password"));
        Assert.Equal("OK authenticated", await server.Connect(Here).Ask("AUTH bob password"));
        Assert.Equal("OK authenticated", await server.Connect(Here).Ask("AUTH alice password"));
    }

    [Fact]
    public async Task The_server_makes_ten_times_as_many_accounts_as_one_network_may()
    {
        await using var server = new TestServer(Limiting(2), new FakeTimeProvider());
        for (var account = 0; account < 20; account++)
            await Registered(server, new IPAddress([198, 51, 100, (byte)(account / 2)]), $"user{account}");
        await Refused(server, Here, "late");
    }

    [Fact]
    public async Task Peers_on_this_machine_make_as_many_as_they_like_and_use_up_nobodys()
    {
        await using var server = new TestServer(Limiting(1), new FakeTimeProvider());
        string?[] local = [null, "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"];
        for (var account = 0; account < 20; account++)
        {
            var address = local[account % local.Length];
            await Registered(server, address is null ? null : IPAddress.Parse(address), $"local{account}");
        }

        await Registered(server, Here, "alice");
    }

    [Theory]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1::2")]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1")]
    public async Task An_IPv6_site_is_one_network(string first, string second)
    {
        await using var server = new TestServer(Limiting(1), new FakeTimeProvider());
        await Registered(server, IPAddress.Parse(first), "alice");
        await Refused(server, IPAddress.Parse(second), "bob");
        await Registered(server, IPAddress.Parse("2001:db8:1::1"), "bob");
    }

    [Fact]
    public async Task A_crowded_network_makes_as_many_as_all_together_may()
    {
        await using var server = new TestServer(Limiting(1), new FakeTimeProvider());
        server.Engine.LiveOptions = server.Engine.LiveOptions with { CrowdedNetworks = [IPNetwork.Parse("192.0.2.0/31")] };
        for (var account = 0; account < 10; account++)
            await Registered(server, Here, $"user{account}");
        await Refused(server, Here, "late");
        await Refused(server, There, "late");
    }

    [Fact]
    public async Task Those_who_register_at_the_same_time_make_no_more_than_the_limit()
    {
        await using var server = new TestServer(Limiting(3), new FakeTimeProvider());
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(account => server.Connect(Here).Ask($"AUTH user{account} password")));
        Assert.Equal(3, replies.Count(static reply => reply == "OK registered"));
        Assert.Equal(27, replies.Count(static reply => reply.StartsWith("ERROR BUSY ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_registration_that_makes_no_account_uses_nothing_up()
    {
        await using var server = new TestServer(Limiting(1), new FakeTimeProvider());
        server.Store.BeforeCommit = static () => throw new Storage.StorageException("The disk is full.");
        Assert.StartsWith("ERROR STORAGE ", await server.Connect(Here).Ask("AUTH alice password"), StringComparison.Ordinal);
        server.Store.BeforeCommit = null;
        await Registered(server, Here, "alice");
        await Refused(server, Here, "bob");
    }

    [Fact]
    public async Task The_limit_can_be_changed_and_lifted_while_the_server_runs()
    {
        await using var server = new TestServer(Limiting(1), new FakeTimeProvider());
        await Registered(server, Here, "user1");
        await Refused(server, Here, "user2");
        server.Engine.LiveOptions = Limiting(2).Live;
        await Registered(server, Here, "user2");
        await Refused(server, Here, "user3");
        server.Engine.LiveOptions = server.Engine.LiveOptions with { RegistrationLimit = null };
        for (var account = 3; account < 10; account++)
            await Registered(server, Here, $"user{account}");
    }

    [Fact]
    public async Task The_operator_is_told_of_refused_accounts_in_a_line_at_most_every_ten_minutes()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(Limiting(1), time);
        await Registered(server, Here, "alice");
        for (var attempt = 0; attempt < 5; attempt++)
            await Refused(server, Here, "bob");
        time.Advance(TimeSpan.FromMinutes(10));
        await Refused(server, Here, "bob");
        Assert.Equal(
            ["1, the last one to 192.0.2.1", "5, the last one to 192.0.2.1"],
            server.Logger.Lines.Where(static line => line.Contains("registration limit", StringComparison.Ordinal))
                .Select(static line => line.Split(": ")[^1]));
    }

    [Fact]
    public async Task While_the_disk_is_low_messages_are_stored_and_users_log_in_but_nobody_registers()
    {
        await using var server = new TestServer(TestServer.Quiet, new FakeTimeProvider());
        await server.Register("alice", "bob");
        server.Store.IsLow = true;
        Assert.Equal(
            "ERROR STORAGE the server is short of disk space and makes no new accounts",
            await server.Connect(Here).Ask("AUTH carol password"));
        var alice = await server.LogInAs("alice");
        Assert.StartsWith("OK queued ", await alice.Ask("MSG bob hi"), StringComparison.Ordinal);
        server.Store.IsLow = false;
        await Registered(server, Here, "carol");
    }

    private static EngineOptions Limiting(int accounts) => TestServer.Quiet with
    {
        Live = TestServer.QuietLive with { RegistrationLimit = new RegistrationLimit(accounts, TimeSpan.FromHours(1)) },
    };

    private static async Task Registered(TestServer server, IPAddress? from, string name) =>
        Assert.Equal("OK registered", await server.Connect(from).Ask($"AUTH {name} password"));

    private static async Task Refused(TestServer server, IPAddress from, string name) => Assert.Equal(
        "ERROR BUSY too many new accounts have been made, try again later",
        await server.Connect(from).Ask($"AUTH {name} password"));
}
