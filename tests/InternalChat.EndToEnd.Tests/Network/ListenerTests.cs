using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Network;

/// <summary>"<c>--listen</c> more than once: IPv4, IPv6, Unix socket; plain and TLS at the same time."</summary>
public sealed class ListenerTests : EndToEndTest
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    [Fact]
    public async Task Users_of_a_plain_port_of_tls_over_IPv6_and_of_a_unix_socket_chat_with_each_other()
    {
        var folder = NewFolder();
        var certificate = SelfSignedCertificate.Create(folder.Path);
        var server = await StartServerAsync(
            "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile,
            "--listen", "127.0.0.1:0", "--listen", "tls://[::1]:0", "--listen", $"unix:{folder.File("chat.sock")}");
        Assert.Equal(AddressFamily.InterNetworkV6, server.Listeners[1].AddressFamily);

        var alice = await LoginAsync(server, "alice", new RawClientOptions { Server = server.Listeners[0] });
        var bob = await LoginAsync(server, "bob", new RawClientOptions { Server = server.Listeners[1], Tls = Trusting(certificate) });
        var carol = await LoginAsync(server, "carol", new RawClientOptions { Server = server.Listeners[2] });
        var all = new[] { (alice, bob), (bob, carol), (carol, alice), (bob, alice), (carol, bob), (alice, carol) };
        foreach (var (sender, recipient) in all)
        {
            await sender.TellAsync(recipient.Name, $"from {sender.Name}");
            Assert.EndsWith($"from {sender.Name}", await recipient.ReadFromAsync(sender.Name), StringComparison.Ordinal);
        }

        var stopping = server.TerminateAsync();
        foreach (var client in new[] { alice, bob, carol })
        {
            await client.ExpectPushAsync("INFO server_shutdown");
            await client.ExpectClosedAsync();
        }

        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task One_listener_for_both_IP_versions_sees_one_address()
    {
        var server = await StartServerAsync("--max-connections-per-address", "1", "--listen", "*:0", "--allow-plain", "yes");
        var port = ((IPEndPoint)server.Listeners[0]).Port;
        await LoginAsync(server, "alice", new RawClientOptions { Server = new IPEndPoint(IPAddress.IPv6Loopback, port) });
        await LoginAsync(server, "bob", new RawClientOptions { Server = new IPEndPoint(IPAddress.Loopback, port) });
        // The same address by another listener, which shows it without the mapping to IPv6.
        var other = await ConnectAsync(server);
        await other.ExpectErrorAsync("SERVER_FULL");
    }

    [Fact]
    public async Task The_file_of_a_unix_socket_is_for_owner_and_group_and_gone_after_the_stop()
    {
        var path = NewFolder().File("chat.sock");
        var server = await StartServerAsync("--listen", $"unix:{path}");
        Assert.Equal(OwnerAndGroup, ModeOf(path));
        await LoginAsync(server, "alice", new RawClientOptions { Server = server.Listeners[0] });
        Assert.Equal(0, await server.TerminateAsync());
        Assert.False(File.Exists(path));
    }

    [Fact]
    public async Task The_mode_of_a_unix_socket_may_be_chosen()
    {
        var path = NewFolder().File("chat.sock");
        await StartServerAsync("--listen", $"unix:{path}", "--unix-mode", "600");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(path));
    }

    [Fact]
    public async Task The_socket_of_a_dead_server_is_replaced()
    {
        var path = NewFolder().File("chat.sock");
        var first = await StartServerAsync("--listen", $"unix:{path}");
        await first.KillAsync();
        Assert.True(File.Exists(path));
        var second = await StartServerAsync("--listen", $"unix:{path}");
        await LoginAsync(second, "alice", new RawClientOptions { Server = second.Listeners[0] });
    }

    [Fact]
    public async Task The_socket_of_a_live_server_is_not()
    {
        var path = NewFolder().File("chat.sock");
        var first = await StartServerAsync("--listen", $"unix:{path}");
        await ExpectRefusalAsync(1, path, "--listen", $"unix:{path}");
        await LoginAsync(first, "alice", new RawClientOptions { Server = first.Listeners[0] });
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_not_replaced()
    {
        var path = NewFolder().File("precious.db");
        await File.WriteAllTextAsync(path, "precious", TestContext.Current.CancellationToken);
        await ExpectRefusalAsync(1, path, "--listen", $"unix:{path}");
        Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Listeners_may_come_from_the_environment_and_from_an_array_in_the_settings_file()
    {
        var folder = NewFolder();
        var (one, two) = (folder.File("one.sock"), folder.File("two.sock"));
        var settings = folder.File("settings.json");
        await File.WriteAllTextAsync(
            settings, $$"""{ "Chat": { "Listen": ["unix:{{one}}", "127.0.0.1:0"] } }""", TestContext.Current.CancellationToken);
        await StartServerAsync(ServerLaunch.Quick("--config", settings));
        Assert.True(Path.Exists(one));
        await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = new Dictionary<string, string> { ["CHAT_LISTEN"] = $"127.0.0.1:0, unix:{two}" },
        });
        Assert.True(Path.Exists(two));
    }

    [Fact]
    public async Task Asking_for_an_address_by_host_asks_for_plain_text_there_as_in_the_original_and_is_warned_of()
    {
        var server = await StartServerAsync(ServerLaunch.Quick() with { Host = "0.0.0.0" });
        await LoginAsync(server, "alice");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Contains("without TLS", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_for_other_machines_is_refused_by_listen_unless_allowed()
    {
        await ExpectRefusalAsync(2, "0.0.0.0:0", "--listen", "0.0.0.0:0");
        var server = await StartServerAsync("--listen", "0.0.0.0:0", "--allow-plain", "yes");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Contains("without TLS", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_warned_of_loopback_and_unix_sockets()
    {
        var server = await StartServerAsync(
            "--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen", $"unix:{NewFolder().File("chat.sock")}");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.DoesNotContain("without TLS", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_cannot_be_bound_is_one_line_and_exit_status_1()
    {
        using var occupant = new TcpListener(IPAddress.IPv6Loopback, 0);
        occupant.Start();
        await ExpectRefusalAsync(1, $"{occupant.LocalEndpoint}", "--listen", "127.0.0.1:0", "--listen", $"{occupant.LocalEndpoint}");
    }

    [Theory]
    [InlineData("9000", "--listen", "9000")]
    [InlineData("--listen", "--listen", "")]
    [InlineData("--listen", "--listen", ",")]
    [InlineData("127.0.0.1", "--listen", "127.0.0.1")]
    [InlineData("127.0.0.1:65536", "--listen", "127.0.0.1:65536")]
    [InlineData("::1:9000", "--listen", "::1:9000")]
    [InlineData("http", "--listen", "http://127.0.0.1:9000")]
    [InlineData("TCP", "--listen", "TCP://127.0.0.1:9000")]
    [InlineData("no-such-host.invalid", "--listen", "no-such-host.invalid:9000")]
    [InlineData("unix:", "--listen", "unix:")]
    [InlineData("--tls-cert", "--listen", "tls://127.0.0.1:9000")]
    [InlineData("same place", "--listen", "127.0.0.1:9000", "--listen", "127.0.0.1:9000")]
    [InlineData("same place", "--listen", "127.0.0.1:9000,[::]:9000", "--allow-plain", "yes")]
    [InlineData("same place", "--port", "9000", "--listen", "127.0.0.1:9000")]
    [InlineData("same place", "--listen", "unix:/run/chat.sock", "--listen", "unix:/run/../run/chat.sock")]
    [InlineData("--unix-mode", "--unix-mode", "888")]
    [InlineData("--unix-mode", "--unix-mode", "1777")]
    [InlineData("--allow-plain", "--allow-plain", "perhaps")]
    [InlineData("--proxy-protocol", "--proxy-protocol", "10/8")]
    [InlineData("--proxy-protocol", "--proxy-protocol", "10.0.0.1/8")]
    [InlineData("--proxy-protocol", "--proxy-protocol", "10.0.0.0/33")]
    [InlineData("--proxy-protocol", "--proxy-protocol", "proxy.example.org")]
    [InlineData("--proxy-protocol", "--listen", "tcp+proxy://127.0.0.1:9000")]
    [InlineData("--proxy-protocol", "--listen", "127.0.0.1:9000", "--proxy-protocol", "10.0.0.0/8")]
    [InlineData("--tls-client-ca", "--tls-client-ca", "ca.pem")]
    [InlineData("--tls-client", "--tls-client", "optional")]
    [InlineData("--tls-min-version", "--tls-min-version", "1.1")]
    [InlineData("--tls-min-version", "--tls-min-version", "1.3")]
    [InlineData("TLS_NO_SUCH", "--tls-ciphers", "TLS_AES_128_GCM_SHA256,TLS_NO_SUCH")]
    [InlineData("4865", "--tls-ciphers", "4865")]
    public async Task Settings_that_are_wrong_or_do_not_go_together_are_one_line_and_exit_status_2(
        string named, params string[] arguments) =>
        await ExpectRefusalAsync(2, named, arguments);

    [Fact]
    public async Task A_certificate_that_no_listener_uses_is_refused()
    {
        var certificate = SelfSignedCertificate.Create(NewFolder().Path);
        await ExpectRefusalAsync(
            2, "--tls-cert", "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile, "--listen", "127.0.0.1:9000");
    }

    private async Task ExpectRefusalAsync(int exitCode, string named, params string[] arguments)
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, arguments);
        Assert.True(run.ExitCode == exitCode && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains(named, run.StandardError, StringComparison.Ordinal);
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    private static SslClientAuthenticationOptions Trusting(SelfSignedCertificate certificate) => new()
    {
        TargetHost = "localhost",
        RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint,
    };
}
