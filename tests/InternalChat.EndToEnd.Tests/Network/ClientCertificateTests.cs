using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Network;

/// <summary>"Client certificates: the common name is the only user that may log in over the connection, with its password."</summary>
public sealed class ClientCertificateTests : EndToEndTest
{
    private readonly CertificateAuthority _authority = new("Office authority");
    private SelfSignedCertificate? _server;
    private string _authorityFile = "";

    public static TheoryData<SslProtocols> Versions => new(SslProtocols.Tls12, SslProtocols.Tls13);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_certified_user_logs_in_with_its_password_and_as_nobody_else(SslProtocols version)
    {
        var server = await CertifyingServerAsync();
        var alice = await ConnectAsync(server, With(_authority.Issue("CN=alice"), version));
        await alice.ExpectErrorAsync("AUTH bob a-good-password", "AUTH_FAILED");
        await alice.ExpectErrorAsync("AUTH Alice a-good-password", "AUTH_FAILED");
        await alice.ExpectAsync("AUTH alice a-good-password", "OK registered");
        var second = await ConnectAsync(server, With(_authority.Issue("O=Office, CN=alice"), version));
        await second.ExpectErrorAsync("AUTH alice a-wrong-guess", "AUTH_FAILED");
        // Nobody was registered by the refused names.
        await alice.ExpectErrorAsync("HISTORY bob", "UNKNOWN_TARGET");
    }

    [Fact]
    public async Task A_session_that_is_taken_up_again_is_certified_too()
    {
        var server = await CertifyingServerAsync();
        var options = With(_authority.Issue("CN=alice"), SslProtocols.None);
        for (var connection = 0; connection < 3; connection++)
        {
            var alice = await ConnectAsync(server, options);
            await alice.ExpectErrorAsync("AUTH bob a-good-password", "AUTH_FAILED");
            await alice.LoginAsync("alice");
            await alice.LeaveAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_client_without_a_certificate_is_refused(SslProtocols version) =>
        await ExpectRefusedAsync(await CertifyingServerAsync(), With(null, version));

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_expired_certificate_is_refused(SslProtocols version) =>
        await ExpectRefusedAsync(
            await CertifyingServerAsync(), With(_authority.Issue("CN=alice", notAfter: DateTimeOffset.UtcNow.AddDays(-1)), version));

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_certificate_of_another_authority_is_refused(SslProtocols version)
    {
        using var stranger = new CertificateAuthority("Office authority");
        await ExpectRefusedAsync(await CertifyingServerAsync(), With(stranger.Issue("CN=alice"), version));
    }

    [Fact]
    public async Task A_certificate_that_is_not_for_clients_is_refused() =>
        await ExpectRefusedAsync(await CertifyingServerAsync(), With(_authority.Issue("CN=alice", CertificateAuthority.ForServers)));

    [Theory]
    [InlineData("CN=al")]
    [InlineData("CN=alice smith")]
    [InlineData("O=alice")]
    [InlineData("CN=alice, CN=bob")]
    [InlineData("CN=alice + OU=sales")]
    public async Task A_certificate_that_does_not_name_one_user_is_refused(string subject) =>
        await ExpectRefusedAsync(await CertifyingServerAsync(), With(_authority.Issue(subject)));

    [Fact]
    public async Task Where_certificates_are_optional_only_a_client_without_one_chooses_its_user()
    {
        var server = await CertifyingServerAsync("--tls-client", "optional");
        await LoginAsync(server, "bob", With(null));
        var alice = await ConnectAsync(server, With(_authority.Issue("CN=alice")));
        await alice.ExpectErrorAsync("AUTH carol a-good-password", "AUTH_FAILED");
        await alice.LoginAsync("alice");
        await ExpectRefusedAsync(server, With(_authority.Issue("CN=alice", notAfter: DateTimeOffset.UtcNow.AddDays(-1))));
    }

    [Fact]
    public async Task New_authorities_are_used_without_a_restart()
    {
        using var successor = new CertificateAuthority("Next authority");
        var server = await CertifyingServerAsync();
        var alice = await LoginAsync(server, "alice", With(_authority.Issue("CN=alice")));
        await ExpectRefusedAsync(server, With(successor.Issue("CN=bob")));
        await File.WriteAllTextAsync(_authorityFile, successor.Pem, TestContext.Current.CancellationToken);
        var bob = With(successor.Issue("CN=bob"));
        await Eventually(async () => await IsAcceptedAsync(server, bob));
        Assert.False(await IsAcceptedAsync(server, With(_authority.Issue("CN=alice"))));
        await alice.ExpectAliveAsync();
    }

    [Fact]
    public async Task Authorities_that_cannot_be_read_are_refused_with_one_line()
    {
        var folder = NewFolder();
        var certificate = SelfSignedCertificate.Create(folder.Path);
        await File.WriteAllTextAsync(folder.File("ca.pem"), "nothing", TestContext.Current.CancellationToken);
        foreach (var file in new[] { "ca.pem", "missing.pem" })
        {
            var run = await ServerProgram.RunToEndAsync(
                folder.Path,
                [
                    "--port", "0", "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile,
                    "--tls-client-ca", folder.File(file),
                ]);
            Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1, run.ToString());
            Assert.Contains("--tls-client-ca: ", run.StandardError, StringComparison.Ordinal);
            Assert.Contains(file, run.StandardError, StringComparison.Ordinal);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        _authority.Dispose();
    }

    private async Task<ServerProcess> CertifyingServerAsync(params string[] flags)
    {
        var folder = NewFolder();
        _server = SelfSignedCertificate.Create(folder.Path);
        _authorityFile = folder.File("clients.pem");
        await File.WriteAllTextAsync(_authorityFile, _authority.Pem, TestContext.Current.CancellationToken);
        return await StartServerAsync(
            ["--tls-cert", _server.CertificateFile, "--tls-key", _server.KeyFile, "--tls-client-ca", _authorityFile, .. flags]);
    }

    private RawClientOptions With(X509Certificate2? certificate, SslProtocols version = SslProtocols.None) => new()
    {
        Tls = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = version,
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
            RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == _server!.Thumbprint,
        },
    };

    private async Task ExpectRefusedAsync(ServerProcess server, RawClientOptions options) =>
        Assert.False(await IsAcceptedAsync(server, options));

    /// <summary>In TLS 1.3 a client may believe that the handshake is done before the server has judged its certificate.</summary>
    private static async Task<bool> IsAcceptedAsync(ServerProcess server, RawClientOptions options)
    {
        try
        {
            await using var client = await server.ConnectAsync(options);
            return await client.AskAsync("HELLO 1") == "OK hello";
        }
        catch (Exception refusal) when (refusal is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private static Task Eventually(Func<Task<bool>> condition) =>
        Patience.UntilAsync(condition, static () => "the new authorities are used", TimeSpan.FromMilliseconds(100));
}
