using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Client.Tests.Harness;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;

namespace InternalChat.Client.Tests.Client;

/// <summary>The ways to reach a real server besides TCP.</summary>
public sealed class ReachTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_server_is_reached_through_its_unix_socket()
    {
        var socket = $"unix:{_folder.File("chat.sock")}";
        await using var server = await ServerProcess.StartAsync("--listen", socket);
        var address = new ChatServerAddress { Host = socket };
        Assert.Equal(socket, address.ToString());
        await using var client = await ChatClient.ConnectAsync(address, Cancel);
        await client.AuthenticateAsync(Names.Alice, "password1", Cancel);
        await client.PingAsync(Cancel);
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("missing.sock")]
    [InlineData("a-path-of-more-than-a-hundred-and-seven-bytes-for-which-the-structure-of-a-unix-sockets-address-has-no-room.sock")]
    public async Task A_unix_socket_where_nobody_listens_is_a_connection_error(string file)
    {
        var address = new ChatServerAddress { Host = $"unix:{_folder.File(file)}" };
        var exception = await Assert.ThrowsAsync<ChatConnectionException>(() => ChatClient.ConnectAsync(address, Cancel));
        Assert.Contains(file, exception.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_asks_who_the_client_is_is_shown_the_certificate(bool keyInFileOfItsOwn)
    {
        using var authority = new CertificateAuthority("Office authority");
        using var certificate = authority.Issue("CN=alice");
        var key = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        await WriteAsync("clients.pem", authority.Pem);
        await WriteAsync("alice.pem", certificate.ExportCertificatePem() + "\n" + (keyInFileOfItsOwn ? "" : key));
        await WriteAsync("alice.key", key);
        var own = SelfSignedCertificate.Create(_folder.Path);
        await using var server = await ServerProcess.StartAsync(
            "--tls-cert", own.CertificateFile, "--tls-key", own.KeyFile, "--tls-client-ca", _folder.File("clients.pem"));
        var tls = TlsSettings.TrustFile(own.CertificateFile);
        var address = new ChatServerAddress
        {
            Host = "localhost",
            Port = server.EndPoint.Port,
            Tls = tls.WithClientCertificate(_folder.File("alice.pem"), keyInFileOfItsOwn ? _folder.File("alice.key") : null),
        };

        await using var client = await ChatClient.ConnectAsync(address, Cancel);
        await client.AuthenticateAsync(Names.Alice, "password1", Cancel);
        await Assert.ThrowsAsync<ChatConnectionException>(async () =>
        {
            // The server's refusal may come after the handshake.
            await using var stranger = await ChatClient.ConnectAsync(address with { Tls = tls }, Cancel);
            await stranger.PingAsync(Cancel);
        });
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_certificate_that_is_not_trusted_does_not_say_what_to_fetch()
    {
        using var issuers = new TcpListener(IPAddress.Loopback, 0);
        issuers.Start();
        using var root = new CertificateAuthority("Root");
        using var unsent = new CertificateAuthority("Intermediate", root);
        var (certificate, key) = unsent.IssueForServer($"http://{issuers.LocalEndpoint}/issuer.der");
        await WriteAsync("server.crt", certificate);
        await WriteAsync("server.key", key);
        await WriteAsync("root.pem", root.Pem);
        await using var server = await ServerProcess.StartAsync(
            "--tls-cert", _folder.File("server.crt"), "--tls-key", _folder.File("server.key"));
        var address = new ChatServerAddress
        {
            Host = "localhost",
            Port = server.EndPoint.Port,
            Tls = TlsSettings.TrustFile(_folder.File("root.pem")),
        };
        await Assert.ThrowsAsync<ChatConnectionException>(() => ChatClient.ConnectAsync(address, Cancel));
        Assert.False(issuers.Pending());
    }

    [Theory]
    [InlineData("alice.pem", "alice.crt", "swapped")]
    [InlineData("alice.crt", "bob.pem", "is not that of the certificate")]
    public async Task What_is_wrong_with_a_certificate_and_its_key_is_named(string certificateFile, string keyFile, string cause)
    {
        using var authority = new CertificateAuthority("Office authority");
        using var alice = authority.Issue("CN=alice");
        using var bob = authority.Issue("CN=bob");
        await WriteAsync("alice.crt", alice.ExportCertificatePem());
        await WriteAsync("alice.pem", alice.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await WriteAsync("bob.pem", bob.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var refusal = Assert.Throws<InvalidDataException>(
            () => new TlsSettings().WithClientCertificate(_folder.File(certificateFile), _folder.File(keyFile)));
        Assert.Contains(cause, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_no_certificate_with_its_key_are_refused()
    {
        using var authority = new CertificateAuthority("Office authority");
        using var certificate = authority.Issue("CN=alice");
        await WriteAsync("alice.pem", certificate.ExportCertificatePem());
        Assert.Throws<InvalidDataException>(() => new TlsSettings().WithClientCertificate(_folder.File("alice.pem")));
        Assert.ThrowsAny<IOException>(() => new TlsSettings().WithClientCertificate(_folder.File("missing.pem")));
    }

    public void Dispose() => _folder.Dispose();

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(_folder.File(file), text, Cancel);
}
