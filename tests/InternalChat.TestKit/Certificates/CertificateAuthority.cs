using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace InternalChat.TestKit.Certificates;

/// <summary>An authority of the test's own, and the client certificates that it signs.</summary>
public sealed class CertificateAuthority : IDisposable
{
    public const string ForClients = "1.3.6.1.5.5.7.3.2";
    public const string ForServers = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2 _certificate;
    private int _issued;

    /// <param name="name">Its common name.</param>
    /// <param name="signer">Who has signed its certificate; null for itself.</param>
    public CertificateAuthority(string name, CertificateAuthority? signer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request($"CN={name}", key);
        _certificate = signer is null
            ? request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-1), DateTimeOffset.UtcNow.AddYears(1))
            : signer.Sign(request, months: 6).CopyWithPrivateKey(key);
    }

    /// <summary>The authority's own certificate in PEM.</summary>
    public string Pem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>The same authority's certificate as another one signs it, in PEM.</summary>
    public string PemSignedBy(CertificateAuthority other)
    {
        using var key = _certificate.GetECDsaPrivateKey()!;
        return other.Sign(Request(_certificate.Subject, key), months: 6).ExportCertificatePem() + "\n";
    }

    /// <summary>A certificate with its key.</summary>
    /// <param name="subject">Its distinguished name, such as <c>CN=alice</c>.</param>
    /// <param name="purpose">What it is made for.</param>
    /// <param name="notAfter">When it expires; null for in a month.</param>
    public X509Certificate2 Issue(string subject, string purpose = ForClients, DateTimeOffset? notAfter = null) =>
        Issue(new X500DistinguishedName(subject), purpose, notAfter);

    public X509Certificate2 Issue(X500DistinguishedName subject, string purpose = ForClients, DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        using var certificate = request.Create(
            _certificate,
            DateTimeOffset.UtcNow.AddMonths(-1),
            notAfter ?? DateTimeOffset.UtcNow.AddMonths(1),
            BitConverter.GetBytes(++_issued));
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>A server's certificate that says where its signer's can be fetched, and its key.</summary>
    public (string CertificatePem, string KeyPem) IssueForServer(string signerUri)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ForServers)], false));
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension([signerUri], [signerUri]));
        return (Sign(request, months: 1).ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public void Dispose() => _certificate.Dispose();

    private static CertificateRequest Request(string subject, ECDsa key)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request;
    }

    /// <param name="request">What is signed.</param>
    /// <param name="months">For how long before and after now it is valid: less long than what signs it.</param>
    private X509Certificate2 Sign(CertificateRequest request, int months) => request.Create(
        _certificate, DateTimeOffset.UtcNow.AddMonths(-months), DateTimeOffset.UtcNow.AddMonths(months), BitConverter.GetBytes(++_issued));
}
