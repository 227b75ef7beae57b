using System.Net.Security;
using System.Security.Authentication;
using InternalChat.Server.Settings.Parsing;

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

/// <summary>Cipher suites by their IANA names, such as <c>TLS_AES_256_GCM_SHA384</c>.</summary>
internal static class CipherSuites
{
    /// <exception cref="SettingException">There is no suite of such a name.</exception>
    public static IReadOnlyList<TlsCipherSuite> Parse(SettingText value) => [.. SettingParser.Words(value).Select(ParseOne)];

    // The library also takes numbers.
    private static TlsCipherSuite ParseOne(SettingText word) =>
        Enum.TryParse(word.Text, out TlsCipherSuite suite) && suite.ToString() == word.Text
            ? suite
            : throw word.Wrong("a cipher suite's IANA name, such as TLS_AES_256_GCM_SHA384");
}
