using System.Collections.ObjectModel;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace InternalChat.Certificates;

/// <summary>
/// Certificates and private keys from PEM files. Of a file that cannot be used the error says what it is instead, and what to do. Nothing
/// is taken from the machine's stores of certificates or from the network. Safe from any thread.
/// </summary>
public static class CertificateFiles
{
    private const string Label = "CERTIFICATE";
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>All certificates of a file, at least one, in the file's order.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This program may not read it.</exception>
    /// <exception cref="InvalidDataException">It holds no certificate, or something of it cannot be used.</exception>
    public static X509Certificate2Collection ReadCertificates(string path) => Certificates(PemFile.Read(path));

    /// <summary>
    /// A certificate with its private key, and the rest of what TLS is to send: exactly the certificates of the file, in the file's order.
    /// </summary>
    /// <param name="certificatePath">The certificate, and behind it those between it and the root, each signed by the next.</param>
    /// <param name="keyPath">Its private key, not encrypted; may be the same file.</param>
    /// <exception cref="IOException">A file is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This program may not read a file.</exception>
    /// <exception cref="InvalidDataException">The files are no certificate with its key.</exception>
    public static SslStreamCertificateContext ReadChain(string certificatePath, string keyPath)
    {
        var file = PemFile.Read(certificatePath);
        var keyFile = keyPath == certificatePath ? file : PemFile.Read(keyPath);
        if (!HoldsCertificate(file) && HoldsKey(file) && HoldsCertificate(keyFile) && !HoldsKey(keyFile))
            throw new InvalidDataException($"{keyPath} holds the certificate and {certificatePath} its key: the two are swapped");
        var certificates = Certificates(file);
        var first = certificates[0];
        if (first.GetKeyAlgorithm() is not (Rsa or EllipticCurve))
            throw new InvalidDataException(
                $"{certificatePath}: the certificate's key is {NameOf(first.PublicKey.Oid)}, which is not supported: use RSA or EC");
        var keys = Keys(keyFile);
        var certified = keys.Select(key => Join(first, key)).FirstOrDefault(static joined => joined is not null)
            ?? throw new InvalidDataException(WhyNoneFits(file, certificates, keyFile, keys));
        return Exactly(certified, certificates.Skip(1).ToList().AsReadOnly(), trust: null);
    }

    /// <summary>
    /// Tells whether files are still the same, whatever their times and lengths say: two answers are equal only when every file has the
    /// same contents, or cannot be read as before.
    /// </summary>
    /// <param name="paths">Null for a file that is not used.</param>
    public static string Fingerprint(params ReadOnlySpan<string?> paths)
    {
        var fingerprint = "";
        foreach (var path in paths)
            fingerprint += $"{(path is null ? null : Digest(path))} ";
        return fingerprint;
    }

    private static string? Digest(string path)
    {
        try
        {
            return SmallFile.Read(path, static bytes => Convert.ToHexString(SHA256.HashData(bytes)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException
            or ArgumentException)
        {
            // Whoever reads it next says why.
            return null;
        }
    }

    private static X509Certificate2Collection Certificates(PemFile file)
    {
        var certificates = new X509Certificate2Collection();
        foreach (var block in file.Blocks)
        {
            if (block.Label.EndsWith(" " + Label, StringComparison.Ordinal))
                throw new InvalidDataException(
                    $"{file.Path} has a block '{block.Label}', which only OpenSSL reads: convert it with "
                    + $"openssl x509 -in {file.Path} -out NEW-FILE");
            if (block.Label != Label)
                continue;
            try
            {
                certificates.Add(X509Certificate2.CreateFromPem(block.Text));
            }
            catch (CryptographicException exception)
            {
                throw new InvalidDataException(
                    $"{file.Path} is damaged: certificate {certificates.Count + 1} cannot be read: {exception.Message}", exception);
            }
        }

        return certificates is not [] ? certificates
            : throw new InvalidDataException($"{file.Path} holds no certificate that can be used, but {Describe(file)}");
    }

    private static List<PemBlock> Keys(PemFile file)
    {
        var keys = file.Blocks.Where(IsKey).ToList();
        if (keys is not [])
            return keys;
        throw new InvalidDataException(
            file.Blocks.Any(static block => block.Label == PemFile.Encrypted)
                ? $"{file.Path}: the private key is encrypted, and nobody is there to ask for its passphrase: decrypt it with "
                    + $"openssl pkey -in {file.Path} -out NEW-FILE"
                : $"{file.Path} holds no private key that can be used, but {Describe(file)}");
    }

    private static bool HoldsCertificate(PemFile file) => file.Blocks.Any(static block => block.Label == Label);

    private static bool HoldsKey(PemFile file) => file.Blocks.Any(static block => IsKey(block) || block.Label == PemFile.Encrypted);

    private static bool IsKey(PemBlock block) => block.Label is "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY";

    /// <summary>What the file holds instead.</summary>
    private static string Describe(PemFile file) => string.Join(", ", file.Blocks.Select(static block => block.Label).Distinct().Select(
        static label => label switch
        {
            "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST" => "a certificate request, which an authority has yet to sign",
            "PUBLIC KEY" or "RSA PUBLIC KEY" => "a public key",
            "OPENSSH PRIVATE KEY" => "a private key in OpenSSH's format (convert a copy of it with ssh-keygen -p -m PKCS8 -f COPY)",
            "PKCS7" or "CMS" => "PKCS#7 (convert it with openssl pkcs7 -print_certs)",
            Label => "certificates",
            _ => label,
        }));

    /// <returns>Null where the key is not the certificate's.</returns>
    private static X509Certificate2? Join(X509Certificate2 certificate, PemBlock key)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), key.Text);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static string WhyNoneFits(
        PemFile file, X509Certificate2Collection certificates, PemFile keyFile, List<PemBlock> keys)
    {
        for (var index = 1; index < certificates.Count; index++)
        {
            if (keys.Any(key => Join(certificates[index], key) is not null))
                return $"{file.Path}: the certificate that belongs to the key is number {index + 1} of {certificates.Count}, "
                    + $"{certificates[index].Subject}; it has to be the first, and the one that signed it the next";
        }

        var (wanted, kind) = (NameOf(certificates[0].PublicKey.Oid), KindOf(keys[0]));
        return kind is null ? $"{keyFile.Path}: the private key is damaged, or is neither RSA nor EC"
            : kind != wanted ? $"{keyFile.Path} holds a key of kind {kind}, but the certificate in {file.Path} needs one of kind {wanted}"
            : $"the private key in {keyFile.Path} is not that of the certificate in {file.Path} ({certificates[0].Subject})";
    }

    private static string? KindOf(PemBlock key) =>
        CanImport(RSA.Create(), key) ? NameOf(new Oid(Rsa)) : CanImport(ECDsa.Create(), key) ? NameOf(new Oid(EllipticCurve)) : null;

    private static bool CanImport(AsymmetricAlgorithm algorithm, PemBlock key)
    {
        using (algorithm)
        {
            try
            {
                algorithm.ImportFromPem(key.Text);
                return true;
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException)
            {
                return false;
            }
        }
    }

    private static string NameOf(Oid algorithm) => algorithm.Value switch
    {
        Rsa => "RSA",
        EllipticCurve => "EC",
        var number => algorithm.FriendlyName ?? number ?? "unknown",
    };

    /// <summary>
    /// The only way to have exactly these certificates sent. The public one builds a chain anew: from what lies in the machine's and the
    /// user's stores besides, without what it does not need, and without the root.
    /// </summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern SslStreamCertificateContext Exactly(
        X509Certificate2 certificate, ReadOnlyCollection<X509Certificate2> others, SslCertificateTrust? trust);
}
