using System.Net;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>"SERVER_FULL (connection limit; closed)", for all connections and for those of one address.</summary>
public sealed class ConnectionLimitTests : EndToEndTest
{
    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task One_connection_more_than_the_limit_gets_SERVER_FULL_and_is_closed()
    {
        var server = await StartServerAsync("--max-connections", "2");
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await ExpectFullAsync(await ConnectAsync(server));
        await ExpectFullAsync(await ConnectAsync(server, From(Elsewhere)));
        await alice.TellAsync("bob", "we are not disturbed");
        await bob.ReadFromAsync("alice");
    }

    [Fact]
    public async Task Who_is_not_logged_in_makes_room_for_one_connection_more()
    {
        var server = await StartServerAsync("--max-connections", "3");
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        var stranger = await ConnectAsync(server);
        await stranger.ExpectAsync("HELLO 1", "OK hello");
        var carol = await LoginAsync(server, "carol", From(Elsewhere));
        await ExpectFullAsync(stranger);
        await ExpectFullAsync(await ConnectAsync(server));
        await alice.TellAsync("bob", "we are not disturbed");
        await bob.ReadFromAsync("alice");
        await carol.ExpectAliveAsync();
    }

    [Fact]
    public async Task A_place_that_was_left_is_free_again()
    {
        var server = await StartServerAsync("--max-connections", "2");
        await LoginAsync(server, "alice");
        for (var round = 0; round < 20; round++)
        {
            var guest = await LoginAsync(server, "guest");
            await ExpectFullAsync(await ConnectAsync(server));
            await guest.LeaveAsync();
            await ExpectPlaceAsync(server);
        }
    }

    [Fact]
    public async Task One_address_may_not_take_every_place()
    {
        var server = await StartServerAsync("--max-connections-per-address", "2");
        await LoginAsync(server, "alice");
        await LoginAsync(server, "bob");
        await ExpectFullAsync(await ConnectAsync(server));
        var elsewhere = await LoginAsync(server, "carol", From(Elsewhere));
        await elsewhere.TellAsync("alice", "there is room for me");
    }

    [Fact]
    public async Task A_client_that_pipelines_into_a_full_server_still_reads_SERVER_FULL()
    {
        var server = await StartServerAsync("--max-connections", "1");
        await LoginAsync(server, "alice");
        var eager = await ConnectAsync(server);
        await eager.SendAsync("HELLO 1", "AUTH eager a-good-password", "LIST");
        await ExpectFullAsync(eager);
    }

    private static RawClientOptions From(IPAddress address) => new() { LocalAddress = address };

    private static async Task ExpectFullAsync(RawClient client)
    {
        await client.ExpectErrorAsync("SERVER_FULL");
        await client.ExpectClosedAsync();
    }

    // The server counts a connection until it has let go of it, which may be a moment after the client saw its end.
    private static Task ExpectPlaceAsync(ServerProcess server) => Patience.UntilAsync(
        async () =>
        {
            await using var client = await server.ConnectAsync();
            if (await client.AskAsync("HELLO 1") != "OK hello")
                return false;
            await client.LeaveAsync();
            return true;
        },
        static () => "a place is free");
}
