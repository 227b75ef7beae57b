using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Network;

/// <summary>Networks in a list: <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>, or an address that stands for itself.</summary>
internal static class NetworkParser
{
    /// <exception cref="SettingException">A word is no network.</exception>
    public static IReadOnlyList<IPNetwork> Parse(SettingText value) => [.. SettingParser.Words(value).Select(ParseOne)];

    /// <exception cref="SettingException">It is no network.</exception>
    public static IPNetwork ParseOne(SettingText word)
    {
        var (text, length) = word.Text!.Split('/', 2) is [var before, var behind] ? (before, behind) : (word.Text, null);
        // The library also takes 10/8 for 0.0.0.10/8, and drops bits behind the prefix.
        if (IPAddress.TryParse(text, out var address) && !address.IsIPv4MappedToIPv6
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text)
            && IPNetwork.TryParse($"{text}/{length ?? WholeLength(address)}", out var network)
            && network.BaseAddress.Equals(address))
            return network;
        throw word.Wrong("an address or a network such as 10.0.0.0/8 or 2001:db8::/32, without bits behind the prefix");
    }

    private static string WholeLength(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? "32" : "128";
}
