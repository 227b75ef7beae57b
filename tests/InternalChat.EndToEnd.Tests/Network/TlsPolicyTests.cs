using System.Net.Security;
using System.Security.Authentication;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Network;

/// <summary>"Minimum TLS version and ciphers by policy", with real handshakes.</summary>
public sealed class TlsPolicyTests : EndToEndTest
{
    private SelfSignedCertificate? _certificate;
    private SslStream? _handshake;

    [Fact]
    public async Task Version_1_2_is_refused_where_1_3_is_the_oldest()
    {
        var server = await TlsServerAsync("--tls-min-version", "1.3");
        await Assert.ThrowsAnyAsync<Exception>(() => server.ConnectAsync(Speaking(SslProtocols.Tls12)));
        await LoginAsync(server, "alice", Speaking(SslProtocols.Tls13));
        Assert.Equal(SslProtocols.Tls13, _handshake!.SslProtocol);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Versions_1_2_and_1_3_are_spoken_by_default(SslProtocols version)
    {
        await LoginAsync(await TlsServerAsync(), "alice", Speaking(version));
        Assert.Equal(version, _handshake!.SslProtocol);
    }

    [Theory]
    [InlineData(SslProtocols.Tls13, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [InlineData(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)]
    public async Task Only_the_ciphers_that_are_named_are_spoken(SslProtocols version, TlsCipherSuite named)
    {
        var server = await TlsServerAsync(
            "--tls-ciphers", "TLS_CHACHA20_POLY1305_SHA256", "--tls-ciphers", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        await LoginAsync(server, "alice", Speaking(version));
        Assert.Equal(named, _handshake!.NegotiatedCipherSuite);
        await Assert.ThrowsAnyAsync<Exception>(() => server.ConnectAsync(
            Speaking(version, TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)));
    }

    [Theory]
    [InlineData("--tls-ciphers", "TLS_RSA_WITH_RC4_128_MD5")]
    [InlineData("--tls-ciphers", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")]
    [InlineData("--tls-ciphers", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "--tls-min-version", "1.3")]
    public async Task Ciphers_with_which_nobody_could_connect_are_refused_at_the_start(params string[] flags)
    {
        // The second is for certificates with an RSA key, which this one has not.
        var folder = NewFolder();
        var certificate = SelfSignedCertificate.Create(folder.Path);
        var run = await ServerProgram.RunToEndAsync(
            folder.Path, ["--port", "0", "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile, .. flags]);
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1, run.ToString());
        Assert.Contains("ciphers", run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_handshakes_do_not_fill_the_log()
    {
        var server = await TlsServerAsync("--tls-min-version", "1.3");
        await server.ReloadAsync();
        for (var attempt = 0; attempt < 10; attempt++)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => server.ConnectAsync(Speaking(SslProtocols.Tls12)));
            var browser = await ConnectAsync(server, new RawClientOptions { Preamble = "GET / HTTP/1.1\r\n\r\n"u8.ToArray() });
            await browser.ExpectClosedAsync();
        }

        await server.ReloadAsync();
        Assert.Equal(0, await server.TerminateAsync());
        Assert.Empty(server.Output.Between("read again"));
    }

    private Task<ServerProcess> TlsServerAsync(params string[] flags)
    {
        _certificate = SelfSignedCertificate.Create(NewFolder().Path);
        return StartServerAsync(["--tls-cert", _certificate.CertificateFile, "--tls-key", _certificate.KeyFile, .. flags]);
    }

    private RawClientOptions Speaking(SslProtocols version, params TlsCipherSuite[] suites) => new()
    {
        Tls = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = version,
            CipherSuitesPolicy = suites is [] || !OperatingSystem.IsLinux() ? null : new CipherSuitesPolicy(suites),
            RemoteCertificateValidationCallback = (stream, presented, _, _) =>
            {
                _handshake = (SslStream)stream;
                return presented?.GetCertHashString() == _certificate!.Thumbprint;
            },
        },
    };
}
