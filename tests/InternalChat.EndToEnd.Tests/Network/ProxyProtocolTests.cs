using System.Net;
using System.Net.Security;
using System.Text;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Network;

/// <summary>
/// "PROXY protocol from allowed networks only; the address it names is what limits and throttles use": seen by a limit of one
/// connection for each address.
/// </summary>
public sealed class ProxyProtocolTests : EndToEndTest
{
    private static readonly IPEndPoint Server = new(IPAddress.Parse("192.0.2.200"), 9000);
    private static readonly IPEndPoint Server6 = new(IPAddress.Parse("2001:db8::200"), 9000);
    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.2");

    public static TheoryData<string> Versions => new("text", "binary");

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task The_client_that_the_header_names_is_whom_the_limit_counts(string version)
    {
        var server = await ProxiedServerAsync();
        await LoginAsync(server, "alice", Named(version, "192.0.2.1"));
        await LoginAsync(server, "bob", Named(version, "192.0.2.2"));
        await LoginAsync(server, "carol", Named(version, "2001:db8::1"));
        await ExpectFullAsync(server, Named(version, "192.0.2.1"));
        await ExpectFullAsync(server, Named(version, "2001:db8::1"));
        // The same address, as a proxy may write it that listens for both versions of IP.
        await ExpectFullAsync(server, Named(version, "::ffff:192.0.2.2"));
    }

    [Fact]
    public async Task The_client_that_the_header_names_is_whom_failed_logins_throttle()
    {
        const int attempts = 10;
        var server = await StartServerAsync(
            "--proxy-protocol", "127.0.0.1", "--failed-logins-per-address", "10/10m", "--failed-logins-per-connection", "100");
        string[] names = [.. Enumerable.Range(0, 6).Select(number => $"user{number}")];
        foreach (var name in names)
            await (await LoginAsync(server, name, Named("binary", "192.0.2.9"))).LeaveAsync();

        var guessing = await ConnectAsync(server, Named("binary", "192.0.2.1"));
        for (var attempt = 0; attempt < attempts; attempt++)
            await guessing.ExpectErrorAsync($"AUTH {names[attempt % 5]} a-wrong-guess", "AUTH_FAILED");
        await guessing.ExpectErrorAsync($"AUTH {names[5]} a-wrong-guess", "AUTH_THROTTLED");
        await LoginAsync(server, names[5], Named("binary", "192.0.2.2"));
    }

    [Fact]
    public async Task The_client_that_the_header_names_is_whom_the_registration_limit_counts()
    {
        var server = await StartServerAsync("--proxy-protocol", "127.0.0.1", "--registration-limit", "2/1h");
        await LoginAsync(server, "alice", Named("text", "192.0.2.1"));
        await LoginAsync(server, "bob", Named("binary", "192.0.2.1"));
        var late = await ConnectAsync(server, Named("binary", "192.0.2.1"));
        await late.ExpectErrorAsync($"AUTH carol {UniqueName.PasswordOf("carol")}", "BUSY");
        await LoginAsync(server, "carol", Named("binary", "192.0.2.2"));
        // Somebody who has an account logs in there.
        await (await LoginAsync(server, "dave", Named("binary", "192.0.2.3"))).LeaveAsync();
        await LoginAsync(server, "dave", Named("binary", "192.0.2.1"));
    }

    [Fact]
    public async Task The_header_comes_before_tls()
    {
        var certificate = SelfSignedCertificate.Create(NewFolder().Path);
        var server = await StartServerAsync(
            "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile,
            "--proxy-protocol", "127.0.0.0/8", "--max-connections-per-address", "1");
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint,
        };
        var alice = await LoginAsync(server, "alice", Named("binary", "192.0.2.1") with { Tls = tls });
        var bob = await LoginAsync(server, "bob", Named("text", "192.0.2.2") with { Tls = tls });
        await ExpectFullAsync(server, Named("text", "192.0.2.2") with { Tls = tls });
        await alice.TellAsync("bob", "through proxy and TLS");
        await bob.ReadFromAsync("alice");
        // What its TCP has acknowledged counts as delivered, also below a header and TLS.
        await bob.LeaveAsync();
        bob = await LoginAsync(server, "bob", Named("text", "192.0.2.2") with { Tls = tls });
        await bob.ExpectAliveAsync();
        Assert.Null(bob.TakeArrivedPush("FROM "));
    }

    [Fact]
    public async Task A_proxy_may_come_through_a_unix_socket()
    {
        var server = await StartServerAsync(
            "--listen", $"unix+proxy:{NewFolder().File("chat.sock")}", "--max-connections-per-address", "1");
        RawClientOptions Through(string client) => Named("binary", client) with { Server = server.Listeners[0] };
        await LoginAsync(server, "alice", Through("192.0.2.1"));
        await LoginAsync(server, "bob", Through("192.0.2.2"));
        await ExpectFullAsync(server, Through("192.0.2.2"));
        await ExpectClosedAsync(server, new RawClientOptions { Server = server.Listeners[0], Preamble = Line("HELLO 1") });
    }

    [Fact]
    public async Task A_header_that_names_nobody_leaves_the_proxys_own_address()
    {
        var server = await ProxiedServerAsync();
        await LoginAsync(server, "alice", Headed(ProxyHeaders.Local()));
        await ExpectFullAsync(server, Headed(ProxyHeaders.Text("UNKNOWN")));
        await ExpectFullAsync(server, Headed(ProxyHeaders.Binary(0x21, 0x00)));
        await LoginAsync(server, "bob", Headed(ProxyHeaders.Local()) with { LocalAddress = Elsewhere });
    }

    [Fact]
    public async Task A_header_may_come_byte_by_byte_and_with_the_first_commands()
    {
        var server = await ProxiedServerAsync();
        var client = await ConnectAsync(server);
        var header = ProxyHeaders.Binary(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1), Server, ProxyHeaders.Field(4, new byte[9]));
        foreach (var one in header)
            await client.SendRawAsync(new[] { one });
        await client.ExpectAsync("HELLO 1", "OK hello");
        var eager = await ConnectAsync(
            server, Headed([.. ProxyHeaders.Text("TCP4 192.0.2.2 192.0.2.200 1 2"), .. Line("HELLO 1"), .. Line("PING")]));
        Assert.Equal("OK hello", await eager.ReadReplyAsync("waiting for the reply to HELLO"));
    }

    [Fact]
    public async Task Whoever_is_no_allowed_proxy_is_closed_with_a_header_and_without()
    {
        var server = await StartServerAsync("--proxy-protocol", "127.0.0.1");
        await ExpectClosedAsync(server, Named("text", "192.0.2.1") with { LocalAddress = Elsewhere });
        await ExpectClosedAsync(server, Named("binary", "192.0.2.1") with { LocalAddress = Elsewhere });
        await ExpectClosedAsync(server, new RawClientOptions { LocalAddress = Elsewhere, Preamble = Line("HELLO 1") });
        await LoginAsync(server, "alice", Named("text", "192.0.2.1"));
    }

    [Fact]
    public async Task A_proxy_that_sends_something_else_is_closed()
    {
        var server = await ProxiedServerAsync();
        await ExpectClosedAsync(server, Headed(Line("HELLO 1")));
        await ExpectClosedAsync(server, Headed(ProxyHeaders.Text("TCP4 192.0.2.01 192.0.2.200 1 2")));
        await ExpectClosedAsync(server, Headed(ProxyHeaders.Binary(0x21, 0x11, 1, 2, 3)));
        await ExpectClosedAsync(server, Headed(ProxyHeaders.Binary(0x20, 0x00, new byte[65_535])));
    }

    [Fact]
    public async Task A_proxy_that_does_not_end_its_header_is_closed()
    {
        var server = await ProxiedServerAsync();
        await ExpectClosedAsync(server, Headed(ProxyHeaders.Local()[..15]));
    }

    [Fact]
    public async Task A_header_on_a_listener_for_clients_is_no_command_and_names_nobody()
    {
        var server = await StartServerAsync(
            "--listen", "tcp+proxy://127.0.0.1:0", "--proxy-protocol", "127.0.0.1",
            "--listen", "127.0.0.1:0", "--max-connections-per-address", "1");
        var clients = new RawClientOptions { Server = server.Listeners[1] };
        var client = await ConnectAsync(server, clients with { Preamble = ProxyHeaders.Text("TCP4 192.0.2.1 192.0.2.200 1 2") });
        Assert.StartsWith("ERROR BAD_REQUEST", await client.ReadReplyAsync("waiting for the refusal"), StringComparison.Ordinal);
        await ExpectFullAsync(server, clients with { Preamble = ProxyHeaders.Text("TCP4 192.0.2.2 192.0.2.200 1 2") });
    }

    [Fact]
    public async Task The_time_to_authenticate_begins_after_the_header()
    {
        var server = await StartServerAsync("--proxy-protocol", "127.0.0.1", "--auth-timeout", "1ms");
        var client = await ConnectAsync(server);
        // Had it begun before, it would have said so by now, or have closed.
        await client.SendRawAsync(ProxyHeaders.Local());
        await client.ExpectErrorAsync("TIMEOUT");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_scanner_does_not_fill_the_log()
    {
        var server = await ProxiedServerAsync();
        await server.ReloadAsync();
        for (var connection = 0; connection < 20; connection++)
            await ExpectClosedAsync(server, Headed(Line("GET / HTTP/1.1")));
        await server.ReloadAsync();
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Empty(server.Output.Between("read again"));
    }

    private Task<ServerProcess> ProxiedServerAsync() =>
        StartServerAsync("--proxy-protocol", "127.0.0.0/8", "--max-connections-per-address", "1");

    private static RawClientOptions Headed(byte[] header) => new() { Preamble = header };

    private static RawClientOptions Named(string version, string client)
    {
        var address = IPAddress.Parse(client);
        var (source, destination) = (new IPEndPoint(address, 56_324), address.AddressFamily == Server.AddressFamily ? Server : Server6);
        return Headed(version == "text" ? ProxyHeaders.Text(source, destination) : ProxyHeaders.Binary(source, destination));
    }

    private static byte[] Line(string text) => Encoding.UTF8.GetBytes(text + "\n");

    private async Task ExpectFullAsync(ServerProcess server, RawClientOptions options)
    {
        var client = await ConnectAsync(server, options);
        await client.ExpectErrorAsync("SERVER_FULL");
        await client.ExpectClosedAsync();
    }

    private async Task ExpectClosedAsync(ServerProcess server, RawClientOptions options) =>
        await (await ConnectAsync(server, options)).ExpectClosedAsync();
}
