using System.Security.Cryptography.X509Certificates;
using InternalChat.Client.Tests.Harness;
using InternalChat.TestKit;

namespace InternalChat.Client.Tests.Client;

public sealed class TlsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_certificate_in_the_file_of_trusted_ones_is_accepted()
    {
        using var certificate = FakeServer.NewCertificate();
        using var server = new FakeServer(certificate);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), Cancel);
            await PingThroughAsync(server, TlsSettings.TrustFile(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task Any_certificate_is_accepted_where_that_is_asked_for()
    {
        using var certificate = FakeServer.NewCertificate("elsewhere.example");
        using var server = new FakeServer(certificate);

        await PingThroughAsync(server, new TlsSettings { AcceptAnyCertificate = true });
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("127.0.0.1", false)]
    [InlineData("elsewhere.example", true)]
    public async Task An_unknown_certificate_or_one_for_another_host_is_refused(string host, bool trusted)
    {
        using var certificate = FakeServer.NewCertificate(host);
        using var server = new FakeServer(certificate);
        var settings = new TlsSettings { TrustedCertificates = trusted ? new X509Certificate2Collection(certificate) : null };

        var accepting = server.AcceptAsync();
        var exception = await Assert.ThrowsAsync<ChatConnectionException>(
            () => ChatClient.ConnectAsync(server.Address with { Tls = settings }, Cancel));

        Assert.Contains("TLS handshake", exception.Message, StringComparison.Ordinal);
        // Under TLS 1.3 the server may finish its side before it hears of the refusal.
        await Record.ExceptionAsync(() => accepting);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_server_that_does_not_speak_TLS_is_a_connection_error()
    {
        using var server = new FakeServer();
        var connecting = ChatClient.ConnectAsync(server.Address with { Tls = new TlsSettings() }, Cancel);
        using var peer = await server.AcceptAsync();
        await peer.SendAsync("ERROR BAD_REQUEST unknown command");

        await Assert.ThrowsAsync<ChatConnectionException>(() => connecting);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_server_that_does_not_answer_the_handshake_is_given_up()
    {
        using var server = new FakeServer();
        var address = server.Address with { Tls = new TlsSettings(), ConnectTimeout = TimeSpan.FromMilliseconds(100) };

        var exception = await Assert.ThrowsAsync<ChatConnectionException>(() => ChatClient.ConnectAsync(address, Cancel));
        Assert.Contains("no answer within 0.1 s", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n")]
    public void A_file_without_certificates_is_refused(string content)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, content);

        Assert.Throws<InvalidDataException>(() => TlsSettings.TrustFile(file));
        File.Delete(file);
    }

    private static async Task PingThroughAsync(FakeServer server, TlsSettings settings)
    {
        var accepting = server.AcceptAsync();
        await using var client = await ChatClient.ConnectAsync(server.Address with { Tls = settings }, Cancel);
        using var peer = await accepting;
        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("PING");
        await peer.SendAsync("PONG");
        await ping;
    }
}
