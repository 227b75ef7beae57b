using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Server.Tuning;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;

namespace InternalChat.EndToEnd.Tests.Tls;

/// <summary>
/// Asks OpenSSL itself. How much memory that saves is measured and documented; a test of the heap would see what else the process does.
/// </summary>
public sealed class OpenSslBuffersTests : IDisposable
{
    // openssl/ssl.h
    private const int ControlMode = 33;
    private const int ReleaseBuffers = 0x10;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_context_made_afterwards_releases_the_buffers_of_its_idle_connections()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere .NET does not use OpenSSL.");
        Assert.True(OpenSslBuffers.TryReleaseWhileIdle());
        var context = NewContext(ServerMethod());
        try
        {
            Assert.Equal(ReleaseBuffers, ContextControl(context, ControlMode, 0, 0) & ReleaseBuffers);
        }
        finally
        {
            FreeContext(context);
        }
    }

    [Fact]
    public async Task A_connection_made_afterwards_talks_both_ways_again_and_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere .NET does not use OpenSSL.");
        Assert.True(OpenSslBuffers.TryReleaseWhileIdle());
        var files = SelfSignedCertificate.Create(_folder.Path);
        using var certificate = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
        };
        var cancellation = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var outgoing = new TcpClient();
        await outgoing.ConnectAsync((IPEndPoint)listener.LocalEndpoint, cancellation);
        using var accepted = await listener.AcceptTcpClientAsync(cancellation);
        await using var client = new SslStream(
            outgoing.GetStream(), leaveInnerStreamOpen: false,
            (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint);
        await using var server = new SslStream(accepted.GetStream());
        await Task.WhenAll(
            client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, cancellation),
            server.AuthenticateAsServerAsync(options, cancellation));

        for (var round = 0; round < 3; round++)
        {
            await SayAsync(client, server);
            await SayAsync(server, client);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task SayAsync(SslStream from, SslStream to)
    {
        await from.WriteAsync("a line\n"u8.ToArray());
        var received = new byte[7];
        await to.ReadExactlyAsync(received);
        Assert.Equal("a line\n"u8, received);
    }

    [DllImport("libssl.so.3", EntryPoint = "TLS_server_method")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ServerMethod();

    [DllImport("libssl.so.3", EntryPoint = "SSL_CTX_new")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint NewContext(nint method);

    [DllImport("libssl.so.3", EntryPoint = "SSL_CTX_ctrl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ContextControl(nint context, int command, nint number, nint argument);

    [DllImport("libssl.so.3", EntryPoint = "SSL_CTX_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void FreeContext(nint context);
}
