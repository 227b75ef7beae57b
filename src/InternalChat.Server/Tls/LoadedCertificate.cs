using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Certificates;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Tls;

/// <summary>
/// What the files of a TLS server hold: its certificate with chain and key, tried out, and the authorities of its clients. Immutable.
/// </summary>
internal sealed class LoadedCertificate
{
    private readonly string _thumbprints;

    private LoadedCertificate(SslServerAuthenticationOptions options, X509Certificate2Collection authorities)
    {
        Options = options;
        _thumbprints = string.Join(
            ' ', Chain.IntermediateCertificates.Prepend(Certificate).Concat(authorities).Select(static one => one.Thumbprint));
    }

    /// <summary>For connections. Not to be changed.</summary>
    public SslServerAuthenticationOptions Options { get; }

    public DateTimeOffset ValidFrom => Certificate.NotBefore;

    public DateTimeOffset ExpiresAt => Certificate.NotAfter;

    /// <summary>For people.</summary>
    public string Description => $"{Certificate.Subject} until {ExpiresAt:yyyy-MM-dd}";

    private SslStreamCertificateContext Chain => Options.ServerCertificateContext!;

    private X509Certificate2 Certificate => Chain.TargetCertificate;

    /// <summary>Reads the files.</summary>
    /// <exception cref="SettingException">
    /// They are no certificate with its key, or no client could connect with these settings.
    /// </exception>
    public static LoadedCertificate Load(TlsSettings settings)
    {
        var options = Read("--tls-cert and --tls-key", () => ReadOptions(settings));
        X509Certificate2Collection authorities = [];
        if (settings.Clients is { } clients)
        {
            authorities = Read("--tls-client-ca", () => CertificateFiles.ReadCertificates(clients.AuthorityFile));
            ClientCertificates.Demand(options, authorities, clients.IsRequired);
        }

        return new LoadedCertificate(options, authorities);
    }

    /// <summary>Whether both were loaded from the same certificates.</summary>
    public bool IsSameAs(LoadedCertificate other) => _thumbprints == other._thumbprints;

    /// <summary>
    /// The first certificate of the chain that did not sign the one before it; null if all did. The server sends what the file has, and
    /// cannot know which of it clients need.
    /// </summary>
    public (int Number, string Subject, string SignerOfPrevious)? FindOutOfOrder()
    {
        var signed = Certificate;
        foreach (var (index, signer) in Chain.IntermediateCertificates.Index())
        {
            if (!signed.IssuerName.RawData.AsSpan().SequenceEqual(signer.SubjectName.RawData))
                return (index + 2, signer.Subject, signed.Issuer);
            signed = signer;
        }

        return null;
    }

    private static SslServerAuthenticationOptions ReadOptions(TlsSettings settings)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = CertificateFiles.ReadChain(settings.CertificateFile, settings.KeyFile),
            EnabledSslProtocols = settings.Versions,
            CipherSuitesPolicy = PolicyOf(settings.Ciphers),
            // Empty, so that no protocol is chosen whatever a client offers. For null, Kestrel would put in those of HTTP.
            ApplicationProtocols = [],
        };
        HandshakeTrial.Run(options);
        return options;
    }

    private static CipherSuitesPolicy? PolicyOf(IReadOnlyList<TlsCipherSuite>? suites)
    {
        if (suites is null)
            return null;
        return OperatingSystem.IsLinux()
            ? new CipherSuitesPolicy(suites)
            : throw new PlatformNotSupportedException("cipher suites can be chosen on Linux only");
    }

    private static T Read<T>(string settings, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException
            or CryptographicException or ArgumentException or AuthenticationException or NotSupportedException)
        {
            throw new SettingException($"{settings}: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }
}
