using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using System.Net.Sockets;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Administration;

/// <summary>"admin bans: refused at accept, kept over a restart, never matching a trusted proxy's network."</summary>
public sealed class BansTests : AdministrationTest
{
    private const string Refused = """internalchat_connection_refused_total{reason="banned"}""";

    private static readonly IPEndPoint ChatServer = new(IPAddress.Parse("192.0.2.200"), 9000);
    private static readonly IPEndPoint ChatServer6 = new(IPAddress.Parse("2001:db8::200"), 9000);

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.7", "198.51.100.7")]
    [InlineData("192.0.2.7", "192.0.2.7", "192.0.2.8")]
    [InlineData("2001:db8::7", "2001:db8::ffff", "2001:db8:0:1::7")]
    public async Task Behind_a_proxy_the_client_that_the_header_names_is_banned(string network, string banned, string other)
    {
        var server = await StartServerAsync(["--proxy-protocol", "127.0.0.1", .. Watcher.Flags]);
        var watcher = Own(await Watcher.OfAsync(server));
        var alice = await LoginAsync(server, "alice", Named(banned));
        var stranger = await ConnectAsync(server, Named(banned));
        await stranger.ExpectAsync("HELLO 1", "OK hello");
        var bob = await LoginAsync(server, "bob", Named(other));

        Assert.Equal(2, (await JsonAsync(server, "bans", "add", network)).GetProperty("closed").GetInt32());
        await alice.ExpectPushAsync("INFO notice the operator has closed this connection");
        await alice.ExpectClosedAsync();
        await stranger.ExpectClosedAsync();
        await bob.ExpectAliveAsync();
        await (await ConnectAsync(server, Named(banned))).ExpectClosedAsync();
        await LoginAsync(server, "carol", Named(other));
        await watcher.UntilAsync(Refused, 1);

        await DoneAsync(server, "bans", "remove", network);
        await LoginAsync(server, "alice", Named(banned));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_a_proxy_the_peer_is_banned_before_it_has_said_anything(bool usesTls)
    {
        var outside = OutsideAddress();
        var certificate = SelfSignedCertificate.Create(NewFolder().Path);
        string[] tls = usesTls ? ["--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile] : [];
        var server = await StartServerAsync(ServerLaunch.Quick([.. Watcher.Flags, .. tls]) with { Host = "0.0.0.0" });
        var watcher = Own(await Watcher.OfAsync(server));
        var fromOutside = new IPEndPoint(outside, server.EndPoint.Port);
        await DoneAsync(server, "bans", "add", outside.ToString());
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(fromOutside, TestContext.Current.CancellationToken);
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        }

        await watcher.UntilAsync(Refused, 1);
        // HTTP is not chat.
        Assert.True((await watcher.ReadinessAsync()).IsReady);
    }

    [Fact]
    public async Task A_unix_socket_lets_in_whoever_may_open_it_and_the_client_that_a_proxy_names_there_is_banned()
    {
        var folder = NewFolder();
        var server = await StartServerAsync(
            "--listen", $"unix:{folder.File("plain.sock")}", "--listen", $"unix+proxy:{folder.File("proxy.sock")}");
        await DoneAsync(server, "bans", "add", "192.0.2.0/24");
        await LoginAsync(server, "alice", new RawClientOptions { Server = server.Listeners[0] });
        await (await ConnectAsync(server, Named("192.0.2.7") with { Server = server.Listeners[1] })).ExpectClosedAsync();
        await LoginAsync(server, "bob", Named("198.51.100.7") with { Server = server.Listeners[1] });
    }

    [Fact]
    public async Task Bans_are_listed_and_there_after_a_stop_and_after_a_kill()
    {
        var server = await StartServerAsync("--proxy-protocol", "127.0.0.1");
        await DoneAsync(server, "bans", "add", "192.0.2.0/24", "--for", "3600s");
        await DoneAsync(server, "bans", "add", "2001:db8::7");
        await server.KillAsync();
        for (var start = 0; start < 2; start++)
        {
            server = await StartAgainAsync(server, "--proxy-protocol", "127.0.0.1");
            await (await ConnectAsync(server, Named("192.0.2.7"))).ExpectClosedAsync();
            await (await ConnectAsync(server, Named("2001:db8::1"))).ExpectClosedAsync();
            var table = (await DoneAsync(server, "bans", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Matches(@"^NETWORK\s+SINCE \(UTC\)\s+UNTIL \(UTC\)$", table[0]);
            Assert.Equal(3, table.Length);
            Assert.Single(table, static line => line.StartsWith("2001:db8::/64 ", StringComparison.Ordinal) && line.EndsWith(" -"));
            var entry = Assert.Single(
                (await JsonAsync(server, "bans", "list")).GetProperty("bans").EnumerateArray(),
                static ban => ban.GetProperty("network").GetString() == "192.0.2.0/24");
            Assert.InRange(entry.GetProperty("remaining_seconds").GetInt64(), 1, 3_600);
            Assert.Equal(0, await server.TerminateAsync());
        }

        Assert.True(OperatingSystem.IsWindows()
            || File.GetUnixFileMode(server.DatabasePath + ".bans") == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task What_cannot_be_meant_is_refused_with_one_line()
    {
        var server = await StartServerAsync("--proxy-protocol", "127.0.0.1 192.0.2.7");
        await RefusedAsync(server, 1, "too wide", "bans", "add", "0.0.0.0/0");
        await RefusedAsync(server, 1, "loopback", "bans", "add", "127.0.0.1");
        await RefusedAsync(server, 1, "--proxy-protocol", "bans", "add", "192.0.2.0/24");
        await RefusedAsync(server, 1, "is not banned", "bans", "remove", "198.51.100.0/24");
        await DoneAsync(server, "bans", "add", "198.51.100.0/24");
        await RefusedAsync(server, 1, "198.51.100.0/24 is, which has it in it", "bans", "remove", "198.51.100.7");
        await RefusedAsync(server, 2, "bits behind the prefix", "bans", "add", "198.51.100.7/24");
        await RefusedAsync(server, 2, "--for", "bans", "add", "198.51.100.7", "--for", "ever");
    }

    [Fact]
    public async Task A_reload_that_trusts_a_banned_network_lifts_the_ban_and_says_so()
    {
        var settings = NewFolder().File("settings.json");
        await WriteAsync("127.0.0.1");
        var server = await StartServerAsync("--config", settings);
        await DoneAsync(server, "bans", "add", "192.0.2.0/24");
        await DoneAsync(server, "bans", "add", "198.51.100.0/24");
        await WriteAsync("127.0.0.1 192.0.2.7");
        await DoneAsync(server, "reload");
        var left = Assert.Single((await JsonAsync(server, "bans", "list")).GetProperty("bans").EnumerateArray());
        Assert.Equal("198.51.100.0/24", left.GetProperty("network").GetString());
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Contains("[3305] the ban of 192.0.2.0/24 is lifted", server.Output.Whole, StringComparison.Ordinal);

        Task WriteAsync(string proxies) => File.WriteAllTextAsync(
            settings, $$"""{ "Chat": { "ProxyProtocol": "{{proxies}}" } }""", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whoever_is_banned_between_the_PROXY_header_and_the_end_of_the_TLS_handshake_is_closed()
    {
        var certificate = SelfSignedCertificate.Create(NewFolder().Path);
        var server = await StartServerAsync(
            "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile, "--proxy-protocol", "127.0.0.1");
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint, TestContext.Current.CancellationToken);
        await socket.SendAsync(Named("192.0.2.7").Preamble, TestContext.Current.CancellationToken);
        await DoneAsync(server, "bans", "add", "192.0.2.7");
        await using var tls = new SslStream(
            new NetworkStream(socket), leaveInnerStreamOpen: false,
            (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint);
        try
        {
            await tls.AuthenticateAsClientAsync("localhost");
            await tls.WriteAsync("HELLO 1\n"u8.ToArray(), TestContext.Current.CancellationToken);
            Assert.Equal(0, await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        }
        catch (IOException)
        {
            // Closed as well: before the handshake, or with bytes that nobody has read.
        }
    }

    private static RawClientOptions Named(string client)
    {
        var source = new IPEndPoint(IPAddress.Parse(client), 56_324);
        return new RawClientOptions
        {
            Preamble = ProxyHeaders.Binary(source, source.AddressFamily == ChatServer.AddressFamily ? ChatServer : ChatServer6),
        };
    }

    private static IPAddress OutsideAddress()
    {
        var outside = NetworkInterface.GetAllNetworkInterfaces()
            .Where(static card => card.OperationalStatus == OperationalStatus.Up)
            .SelectMany(static card => card.GetIPProperties().UnicastAddresses)
            .Select(static entry => entry.Address)
            .FirstOrDefault(static address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Assert.SkipWhen(outside is null, "This machine has loopback addresses only, and these are never banned.");
        return outside;
    }
}
