using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Engine.Connections;
using InternalChat.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace InternalChat.Server.Tls;

/// <summary>
/// Which client certificates are accepted: in force, made for client authentication, signed by an authority of the operator's file, and
/// naming a user. The user is the subject's common name: one field that every tool fills in and shows, so that a certificate names one
/// user or nobody; alternative names are for hosts and mail, several may stand in one certificate, and none is a user name's field.
/// </summary>
internal static class ClientCertificates
{
    private const string CommonName = "2.5.4.3";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>Has clients asked for a certificate.</summary>
    /// <param name="options">Of the server.</param>
    /// <param name="authorities">Who may have signed it.</param>
    /// <param name="isRequired">Whether a client without one is refused.</param>
    public static void Demand(SslServerAuthenticationOptions options, X509Certificate2Collection authorities, bool isRequired)
    {
        // Asks. Whether a client may do without one says the callback.
        options.ClientCertificateRequired = true;
        options.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            // A stranger's certificate must not tell the server what to fetch.
            DisableCertificateDownloads = true,
        };
        options.CertificateChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            certificate is null ? !isRequired : errors == SslPolicyErrors.None && TryGetUser(certificate, out _);
    }

    /// <summary>Connection middleware that goes after TLS: tells the engine whom the certificate names.</summary>
    public static ConnectionDelegate Certify(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate is { } certificate && TryGetUser(certificate, out var user))
            connection.Features.Set(user);
        return next(connection);
    };

    private static bool TryGetUser(X509Certificate certificate, [NotNullWhen(true)] out CertifiedUser? user)
    {
        user = null;
        if (certificate is not X509Certificate2 { SubjectName: var subject })
            return false;
        string? found = null;
        foreach (var part in subject.EnumerateRelativeDistinguishedNames())
        {
            // More than one common name, or one that stands in a group with other fields, is for nobody to interpret.
            if (part.HasMultipleElements)
                return false;
            if (part.GetSingleElementType().Value != CommonName)
                continue;
            if (found is not null)
                return false;
            found = part.GetSingleElementValue() ?? "";
        }

        if (found is null || !UserName.TryParse(found, out var name))
            return false;
        user = new CertifiedUser(name);
        return true;
    }
}
