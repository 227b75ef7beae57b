using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace InternalChat.Server.Tls;

/// <summary>
/// Shakes hands with itself, over memory. Only the TLS library knows whether certificate, key, versions and ciphers go together (a key
/// that its policy finds too weak, suites that it does not have); without this it would tell each client instead of the operator.
/// </summary>
internal static class HandshakeTrial
{
    /// <exception cref="AuthenticationException">No client whatever could connect.</exception>
    public static void Run(SslServerAuthenticationOptions options)
    {
        // Inline: everything happens on the calling thread, and there is nothing to wait for.
        var inline = new PipeOptions(
            readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);
        var (toServer, toClient) = (new Pipe(inline), new Pipe(inline));
        using var server = new SslStream(new TwoWayStream(toServer.Reader.AsStream(), toClient.Writer.AsStream()));
        using var client = new SslStream(new TwoWayStream(toClient.Reader.AsStream(), toServer.Writer.AsStream()));
        var serving = ShakeHandsAsync(server.AuthenticateAsServerAsync(options), toClient.Writer);
        var connecting = ShakeHandsAsync(client.AuthenticateAsClientAsync(AnyServer()), toServer.Writer);
        try
        {
            // The server's reason first: the client only hears that there is one.
            serving.GetAwaiter().GetResult();
            connecting.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            throw new AuthenticationException(
                $"no client could connect with this certificate and these versions and ciphers: {exception.GetBaseException().Message}");
        }
    }

    private static SslClientAuthenticationOptions AnyServer() => new()
    {
        TargetHost = "localhost",
        AllowTlsResume = false,
        // Without this the client half would fetch a missing issuer from where the certificate says, before the server listens.
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
#pragma warning disable CA5359 // Whether clients trust the certificate is theirs to say.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    /// <summary>Has the other side, too, end where one fails.</summary>
    private static async Task ShakeHandsAsync(Task handshake, PipeWriter output)
    {
        try
        {
            await handshake;
        }
        catch
        {
            await output.CompleteAsync();
            throw;
        }
    }

    private sealed class TwoWayStream(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            output.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

        public override void Flush() => output.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
