using System.Net.Security;
using System.Security.Authentication;

namespace InternalChat.Server.Tls;

/// <summary>What TLS is to be like on every listener that uses it.</summary>
/// <param name="CertificateFile">PEM file of the server's certificate with its chain.</param>
/// <param name="KeyFile">PEM file of its private key.</param>
internal sealed record TlsSettings(string CertificateFile, string KeyFile)
{
    /// <summary>The versions that are spoken.</summary>
    public SslProtocols Versions { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>The cipher suites that are spoken; null for those that OpenSSL's configuration allows.</summary>
    public IReadOnlyList<TlsCipherSuite>? Ciphers { get; init; }

    /// <summary>Whose client certificates are accepted; null where clients are not asked for one.</summary>
    public ClientCertificateSettings? Clients { get; init; }
}

/// <summary>How clients are asked for a certificate.</summary>
/// <param name="AuthorityFile">PEM file of the authorities that may have signed it.</param>
/// <param name="IsRequired">Whether a client without one is refused.</param>
internal sealed record ClientCertificateSettings(string AuthorityFile, bool IsRequired);
