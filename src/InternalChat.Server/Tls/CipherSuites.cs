using System.Net.Security;
using InternalChat.Server.Settings;

namespace InternalChat.Server.Tls;

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
