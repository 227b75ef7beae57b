using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Certificates;

namespace InternalChat.Client;

/// <summary>
/// How the server's certificate is judged, and which one it is shown where it asks. TLS 1.2 and 1.3 only. Where nothing is set, the
/// certificates that the operating system trusts decide, and none is shown. Immutable, safe from any thread.
/// </summary>
public sealed record TlsSettings
{
    /// <summary>
    /// The only certificates that are trusted, as roots or as the server's own; null for those of the operating system.
    /// </summary>
    public X509Certificate2Collection? TrustedCertificates { get; init; }

    /// <summary>Accepts any certificate: the bytes are encrypted, but nobody knows by whom. For trying things out only.</summary>
    public bool AcceptAnyCertificate { get; init; }

    /// <summary>
    /// Takes up an earlier session with the same host where server and platform are able to, which spares both most of a handshake.
    /// </summary>
    public bool AllowResumption { get; init; } = true;

    /// <summary>What the server is shown where it asks who the client is; null for nothing.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; init; }

    /// <summary>The same settings, and a client certificate with its chain.</summary>
    /// <param name="certificatePath">A PEM file with the certificate first, and the authorities between it and the root behind it.</param>
    /// <param name="keyPath">A PEM file with its private key, not encrypted; null where it stands in the same file.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="InvalidDataException">The files hold no certificate with its key.</exception>
    public TlsSettings WithClientCertificate(string certificatePath, string? keyPath = null) =>
        this with { ClientCertificate = CertificateFiles.ReadChain(certificatePath, keyPath ?? certificatePath) };

    /// <summary>Trusts the certificates of one PEM file, and no others.</summary>
    /// <param name="path">A file with one or more <c>BEGIN CERTIFICATE</c> blocks.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">The file holds no certificate.</exception>
    public static TlsSettings TrustFile(string path) => new() { TrustedCertificates = CertificateFiles.ReadCertificates(path) };

    internal SslClientAuthenticationOptions ForHost(string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            AllowTlsResume = AllowResumption,
            ClientCertificateContext = ClientCertificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (AcceptAnyCertificate)
        {
#pragma warning disable CA5359 // What the user asked for by name.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (TrustedCertificates is { } trusted)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                // A private authority seldom runs a revocation service, and an unreachable one must not lock everybody out.
                RevocationMode = X509RevocationMode.NoCheck,
                // A certificate that is not yet trusted must not say what to fetch.
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trusted);
        }

        return options;
    }
}
