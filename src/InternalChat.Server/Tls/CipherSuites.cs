using System.Net.Security;

namespace InternalChat.Server.Tls;

/// <summary>Cipher suites by their IANA names, such as <c>TLS_AES_256_GCM_SHA384</c>.</summary>
internal static class CipherSuites
{
    // RFC 8446, appendix B.4: the suites that TLS 1.3 knows begin with this byte, and it knows no others.
    private const int Tls13 = 0x13;

    /// <summary>Finds a suite.</summary>
    /// <param name="name">Case matters, as everywhere that they are written.</param>
    /// <param name="suite">Meaningful where it was found.</param>
    public static bool TryParse(string name, out TlsCipherSuite suite) =>
        // The library also takes numbers.
        Enum.TryParse(name, out suite) && string.Equals(suite.ToString(), name, StringComparison.Ordinal);

    public static bool IsOfTls13(TlsCipherSuite suite) => (int)suite >> 8 == Tls13;
}
