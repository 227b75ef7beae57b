using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Operation;

/// <summary>SIGHUP: "what cannot change live is named in the answer. A bad file changes nothing."</summary>
public sealed class ReloadTests : EndToEndTest
{
    private string _settings = "";

    [Fact]
    public async Task A_new_rate_limit_holds_at_the_next_message_of_who_is_connected()
    {
        var server = await StartAsync("""{ "Chat": { "RateLimit": "off" } }""");
        var (alice, _) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await alice.TellAsync("bob", "without a limit");
        await alice.TellAsync("bob", "still without a limit");

        var line = await ReloadAsync(server, """{ "Chat": { "RateLimit": "1/1h" } }""");
        Assert.Contains($"rate-limit off -> 1/1h ({_settings}, Chat:RateLimit)", line, StringComparison.Ordinal);
        await alice.TellAsync("bob", "the one of this hour");
        await alice.ExpectErrorAsync("MSG bob one too many", "RATE_LIMIT");
    }

    [Fact]
    public async Task A_new_limit_of_what_waits_holds_at_the_next_message()
    {
        var server = await StartAsync("""{ "Chat": { "MaxPending": 1 } }""");
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var alice = await LoginAsync(server, "alice");
        await alice.QueueAsync("bob", "the only one that waits");
        await alice.ExpectErrorAsync("MSG bob one too many", "MAILBOX_FULL");

        await ReloadAsync(server, """{ "Chat": { "MaxPending": 2 } }""");
        await alice.QueueAsync("bob", "now there is room");
        await alice.ExpectErrorAsync("MSG bob one too many", "MAILBOX_FULL");
        await ReloadAsync(server, """{ "Chat": { "MaxPending": "off" } }""");
        await alice.QueueAsync("bob", "without a limit");
    }

    [Fact]
    public async Task Registration_and_limits_of_connections_change()
    {
        var server = await StartAsync("""{ "Chat": { } }""");
        await LoginAsync(server, "alice");

        await ReloadAsync(server, """{ "Chat": { "Registration": "closed", "MaxConnectionsPerAddress": 2 } }""");
        var stranger = await ConnectAsync(server);
        await stranger.ExpectErrorAsync("AUTH stranger a-good-password", "AUTH_FAILED");
        var third = await ConnectAsync(server);
        Assert.StartsWith("ERROR SERVER_FULL ", await third.ReadReplyAsync("being one too many"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_still_wins()
    {
        var server = await StartAsync("""{ "Chat": { } }""", "--rate-limit", "1/1h");
        var (alice, _) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));

        var line = await ReloadAsync(server, """{ "Chat": { "RateLimit": "off" } }""");
        Assert.EndsWith("nothing changed", line, StringComparison.Ordinal);
        await alice.TellAsync("bob", "the one of this hour");
        await alice.ExpectErrorAsync("MSG bob one too many", "RATE_LIMIT");
    }

    [Fact]
    public async Task What_cannot_change_is_named_at_every_reload_until_the_restart()
    {
        var server = await StartAsync("""{ "Chat": { "Durability": "full" } }""");
        for (var time = 0; time < 2; time++)
        {
            var named = server.Output.NextAsync("at the next restart");
            var line = await ReloadAsync(server, """{ "Chat": { "Durability": "normal" } }""");
            Assert.EndsWith("nothing changed", line, StringComparison.Ordinal);
            Assert.EndsWith($"durability full -> normal ({_settings}, Chat:Durability)", await named, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{ "Chat": { "RateLimit": "1/1h", "Presence": "some" } }""", "Chat:Presence")]
    [InlineData("""{ "Chat": { "RateLimit": "1/1h" """, "chat.json")]
    [InlineData("""{ "Chat": { "RateLimit": "1/1h", "Colour": "blue" } }""", "Chat:Colour")]
    [InlineData("""{ "Chat": { "RateLimit": "1/1h", "Listen": { "": "127.0.0.1:9000" } } }""", "Chat:Listen")]
    [InlineData("""{ "Chat": { "RateLimit": "1/1h", "Listen": "unix:a\u0000b" } }""", "Chat:Listen")]
    [InlineData("""{ "Chat": { "RateLimit": "1/1h", "TlsCert": "a\u0000b", "TlsKey": "c" } }""", "Chat:TlsCert")]
    public async Task A_bad_file_changes_nothing_and_one_line_says_why(string bad, string named)
    {
        var server = await StartAsync("""{ "Chat": { "RateLimit": "off" } }""");
        var (alice, _) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));

        var line = await ReloadAsync(server, bad);
        Assert.Contains("nothing has changed", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
        await alice.TellAsync("bob", "one");
        await alice.TellAsync("bob", "two");
    }

    [Fact]
    public async Task A_settings_file_that_has_gone_changes_nothing()
    {
        var server = await StartAsync("""{ "Chat": { "RateLimit": "1/1h" } }""");
        File.Delete(_settings);
        Assert.Contains($"there is no file {_settings}", await server.ReloadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_becomes_more_talkative()
    {
        var server = await StartAsync("""{ "Chat": { } }""");
        await ReloadAsync(server, """{ "Chat": { "LogLevel": "debug" } }""");
        var closed = server.Output.NextAsync("closed: PeerClosed");
        await using (await ConnectAsync(server))
        {
        }

        await closed;
    }

    [Fact]
    public async Task A_new_certificate_is_presented_and_a_bad_one_is_refused_with_everything_else()
    {
        var folder = NewFolder();
        SelfSignedCertificate.Create(folder.Path);
        var server = await StartAsync(
            """{ "Chat": { "RateLimit": "off" } }""", "--tls-cert", folder.File("server.crt"), "--tls-key", folder.File("server.key"));

        var renewed = SelfSignedCertificate.Create(folder.Path);
        await server.ReloadAsync();
        Assert.Equal(renewed.Thumbprint, await PresentedAsync(server));

        await File.WriteAllTextAsync(folder.File("server.key"), "no key", TestContext.Current.CancellationToken);
        var line = await ReloadAsync(server, """{ "Chat": { "RateLimit": "1/1h" } }""");
        Assert.Contains("nothing has changed: --tls-cert and --tls-key", line, StringComparison.Ordinal);
        Assert.Equal(renewed.Thumbprint, await PresentedAsync(server));
    }

    private async Task<string?> PresentedAsync(ServerProcess server)
    {
        string? presented = null;
        await LoginAsync(server, UniqueName.Of("alice"), new RawClientOptions
        {
            Tls = new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    presented = ((X509Certificate2?)certificate)?.Thumbprint;
                    return presented is not null;
                },
            },
        });
        return presented;
    }

    private async Task<ServerProcess> StartAsync(string settings, params string[] flags)
    {
        _settings = NewFolder().File("chat.json");
        await WriteAsync(settings);
        return await StartServerAsync(ServerLaunch.Defaults(["--password-iterations", "1000", "--config", _settings, .. flags]));
    }

    private async Task<string> ReloadAsync(ServerProcess server, string settings)
    {
        await WriteAsync(settings);
        return await server.ReloadAsync();
    }

    private Task WriteAsync(string settings) => File.WriteAllTextAsync(_settings, settings, TestContext.Current.CancellationToken);
}
