using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace InternalChat.TestKit.Certificates;

/// <summary>A certificate for 127.0.0.1 and localhost in two PEM files, as an operator would pass them.</summary>
public sealed class SelfSignedCertificate
{
    private SelfSignedCertificate(string certificateFile, string keyFile, string thumbprint)
    {
        CertificateFile = certificateFile;
        KeyFile = keyFile;
        Thumbprint = thumbprint;
    }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    public string Thumbprint { get; }

    /// <summary>Writes <c>server.crt</c> and <c>server.key</c> into the folder, over those of an earlier call.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="notAfter">When it expires; null for in 30 days.</param>
    public static SelfSignedCertificate Create(string folder, DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), notAfter ?? DateTimeOffset.UtcNow.AddDays(30));

        var certificateFile = Path.Combine(folder, "server.crt");
        var keyFile = Path.Combine(folder, "server.key");
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem() + "\n");
        return new SelfSignedCertificate(certificateFile, keyFile, certificate.Thumbprint);
    }
}
