using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Settings;

namespace InternalChat.Server.Network;

/// <summary>Networks in a list: <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>, or an address that stands for itself.</summary>
internal static class NetworkParser
{
    /// <exception cref="SettingException">A word is no network.</exception>
    public static IReadOnlyList<IPNetwork> Parse(SettingText value) => [.. SettingParser.Words(value).Select(ParseOne)];

    private static IPNetwork ParseOne(SettingText word)
    {
        if (IPAddress.TryParse(word.Text, out var address))
            return new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        return IPNetwork.TryParse(word.Text, out var network)
            ? network
            : throw word.Wrong("a network such as 10.0.0.0/8 or an address; bits behind the prefix are zero");
    }
}
