using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Tls;

/// <summary>"What is sent is what the certificate's file has, in its order", whatever the machine's store makes of it.</summary>
public sealed class SentChainTests : EndToEndTest
{
    private readonly CertificateAuthority _root = new("Root");
    private readonly CertificateAuthority _stranger = new("Stranger");
    private readonly CertificateAuthority _intermediate;
    private readonly TcpListener _issuers = new(IPAddress.Loopback, 0);
    private readonly (string CertificatePem, string KeyPem) _leaf;
    private string[]? _sent;

    public SentChainTests()
    {
        _issuers.Start();
        _intermediate = new CertificateAuthority("Intermediate", _root);
        _leaf = _intermediate.IssueForServer($"http://{_issuers.LocalEndpoint}/issuer.der");
    }

    [Theory]
    [InlineData("leaf", SslProtocols.Tls12)]
    [InlineData("leaf", SslProtocols.Tls13)]
    [InlineData("leaf intermediate", SslProtocols.Tls13)]
    [InlineData("leaf intermediate root", SslProtocols.Tls12)]
    [InlineData("leaf intermediate root", SslProtocols.Tls13)]
    [InlineData("leaf root intermediate", SslProtocols.Tls13)]
    [InlineData("leaf intermediate cross-signed-root", SslProtocols.Tls13)]
    [InlineData("leaf stranger intermediate leaf", SslProtocols.Tls13)]
    public async Task The_certificates_of_the_file_are_sent_and_no_others(string contents, SslProtocols version)
    {
        var (folder, trusted) = (NewFolder(), NewFolder());
        var pems = contents.Split(' ').Select(PemOf).ToList();
        await WriteAsync(folder.File("server.crt"), string.Concat(pems));
        await WriteAsync(folder.File("server.key"), _leaf.KeyPem);
        await WriteAsync(trusted.File("root.pem"), _root.Pem);
        await WriteAsync(trusted.File("intermediate.pem"), _intermediate.Pem);
        var server = await StartServerAsync(
            ServerLaunch.Quick("--tls-cert", folder.File("server.crt"), "--tls-key", folder.File("server.key")) with
            {
                Environment = new Dictionary<string, string> { ["SSL_CERT_DIR"] = trusted.Path },
            });
        var client = await ConnectAsync(server, Speaking(version));
        await client.ExpectAsync("HELLO 1", "OK hello");
        Assert.Equal(pems, _sent);
    }

    [Fact]
    public async Task Neither_the_issuer_nor_word_of_a_revocation_is_fetched_from_where_a_certificate_says()
    {
        var folder = NewFolder();
        await WriteAsync(folder.File("server.crt"), _leaf.CertificatePem);
        await WriteAsync(folder.File("server.key"), _leaf.KeyPem);
        var server = await StartServerAsync("--tls-cert", folder.File("server.crt"), "--tls-key", folder.File("server.key"));
        var client = await ConnectAsync(server, Speaking(SslProtocols.None));
        await client.ExpectAsync("HELLO 1", "OK hello");
        Assert.False(_issuers.Pending());
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        foreach (var authority in new[] { _root, _stranger, _intermediate })
            authority.Dispose();
        _issuers.Dispose();
    }

    private RawClientOptions Speaking(SslProtocols version) => new()
    {
        Tls = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = version,
            CertificateChainPolicy = new X509ChainPolicy { DisableCertificateDownloads = true },
            RemoteCertificateValidationCallback = (_, presented, chain, _) =>
            {
                _sent = [.. chain!.ChainPolicy.ExtraStore.Select(static one => one.ExportCertificatePem() + "\n")];
                return presented is X509Certificate2 leaf && leaf.ExportCertificatePem() + "\n" == _leaf.CertificatePem;
            },
        },
    };

    private string PemOf(string name) => name switch
    {
        "leaf" => _leaf.CertificatePem,
        "intermediate" => _intermediate.Pem,
        "root" => _root.Pem,
        "stranger" => _stranger.Pem,
        _ => _root.PemSignedBy(_stranger),
    };

    private static Task WriteAsync(string file, string text) =>
        File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
}
