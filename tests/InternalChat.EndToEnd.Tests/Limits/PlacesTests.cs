using System.Net;
using System.Net.Security;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>
/// "Everybody who is not connected, while the attacker holds all connections": attacks on the places of those who are not logged in, of
/// strangers who connect and say nothing, against a real server. Networks are those that PROXY headers name.
/// </summary>
public sealed class PlacesTests : EndToEndTest
{
    private const int Places = 40;
    private const string Attacker = "192.0.2.1";
    private const string Home = "192.0.2.2";

    private static readonly string[] Share = ["--max-unauthenticated", $"{Places}", "--auth-timeout", "1h"];

    [Fact]
    public async Task A_stranger_who_holds_all_places_and_opens_again_and_again_keeps_a_known_user_out_from_nowhere_else()
    {
        var server = await StartServerAsync(["--proxy-protocol", "127.0.0.1", .. Share]);
        await (await LoginAsync(server, "alice", From(Home))).LeaveAsync();
        await AttackAsync(server, _ => From(Attacker));
    }

    [Fact]
    public async Task Nor_does_one_who_has_many_networks_but_fewer_than_there_are_places()
    {
        var server = await StartServerAsync(["--proxy-protocol", "127.0.0.1", .. Share]);
        await (await LoginAsync(server, "alice", From(Home))).LeaveAsync();
        await AttackAsync(server, connection => From($"198.51.100.{connection % (Places / 2)}"));
    }

    [Fact]
    public async Task Nor_does_one_whose_tls_handshakes_hang()
    {
        var certificate = SelfSignedCertificate.Create(NewFolder().Path);
        var server = await StartServerAsync(
            ["--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile, "--proxy-protocol", "127.0.0.1", .. Share]);
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint,
        };
        await (await LoginAsync(server, "alice", From(Home) with { Tls = tls })).LeaveAsync();
        await AttackAsync(server, _ => From(Attacker), From(Home) with { Tls = tls });
    }

    [Fact]
    public async Task Who_is_pushed_out_reads_SERVER_FULL()
    {
        var server = await StartServerAsync("--max-unauthenticated", "1");
        var first = await ConnectAsync(server);
        await first.ExpectAsync("HELLO 1", "OK hello");
        await LoginAsync(server, "alice");
        await first.ExpectErrorAsync("SERVER_FULL");
        await first.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_network_has_half_of_the_places_unless_it_is_crowded()
    {
        var server = await StartServerAsync(
            "--proxy-protocol", "127.0.0.1", "--max-unauthenticated", "4", "--crowded-networks", "192.0.2.2, 2001:db8:1::/48");
        foreach (var (network, ofFour) in ((string, int)[])[(Attacker, 2), (Home, 4), ("2001:db8::1", 2), ("2001:db8:1::1", 4)])
        {
            var clients = new List<RawClient>();
            for (var number = 0; number < 4; number++)
            {
                clients.Add(await ConnectAsync(server, From(network)));
                await clients[^1].ExpectAsync("HELLO 1", "OK hello");
            }

            foreach (var cut in clients[..^ofFour])
            {
                await cut.ExpectErrorAsync("SERVER_FULL");
                await cut.ExpectClosedAsync();
            }

            foreach (var kept in clients[^ofFour..])
            {
                await kept.ExpectAsync("HELLO 1", "OK hello");
                await kept.LeaveAsync();
            }
        }
    }

    [Fact]
    public async Task An_office_of_500_behind_one_address_has_room_at_once_with_default_settings()
    {
        // But for their accounts, which are new here.
        var server = await StartServerAsync("--proxy-protocol", "127.0.0.1", "--registration-limit", "off");
        var office = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => ConnectAsync(server, From(Home))));
        foreach (var user in office)
            await user.ExpectAsync("HELLO 1", "OK hello");
        foreach (var (user, number) in office.Select(static (user, number) => (user, number)))
            await user.LoginAsync($"user{number}");
    }

    /// <summary>Ten times as many connections as there are places before each of ten logins, and as many again during them.</summary>
    private async Task AttackAsync(ServerProcess server, Func<int, RawClientOptions> attacker, RawClientOptions? home = null)
    {
        using var stop = new CancellationTokenSource();
        var opened = 0;
        var attack = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync()));
        for (var login = 1; login <= 10; login++)
        {
            await Patience.UntilAsync(
                () => Task.FromResult(Volatile.Read(ref opened) >= login * 10 * Places), () => $"{opened} connections of the attacker");
            Assert.False(attack.IsCompleted);
            await using var alice = await server.LoginAsync("alice", home ?? From(Home));
            await alice.LeaveAsync();
        }

        await stop.CancelAsync();
        await attack;

        async Task OpenAsync()
        {
            var held = new Queue<RawClient>();
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    held.Enqueue(await server.ConnectAsync(attacker(Interlocked.Increment(ref opened))));
                }
                catch (IOException)
                {
                    // Cut before it could send its header.
                }

                if (held.Count > Places)
                    await held.Dequeue().DisposeAsync();
            }

            foreach (var client in held)
                await client.DisposeAsync();
        }
    }

    private static RawClientOptions From(string client)
    {
        var address = IPAddress.Parse(client);
        // Both ends are of one family; nobody looks at the server's.
        return new RawClientOptions { Preamble = ProxyHeaders.Binary(new IPEndPoint(address, 1), new IPEndPoint(address, 9_000)) };
    }
}
