using System.Globalization;
using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Network;

/// <summary>
/// The grammar of <c>--listen</c>: <c>[tcp://]ADDRESS:PORT</c>, <c>tls://ADDRESS:PORT</c> or <c>unix:PATH</c>; the scheme may end in
/// <c>+proxy</c>. Several are separated by commas or blanks.
/// </summary>
internal static class ListenerParser
{
    private const string Example = "a listener such as 127.0.0.1:9000, tls://[::]:9443 or unix:/run/internalchat/chat.sock";

    /// <exception cref="SettingException">A word is no listener.</exception>
    public static IReadOnlyList<Listener> Parse(SettingText value) =>
        [.. SettingParser.Words(value).Select(word => Parse(word.Text!, word))];

    private static Listener Parse(string text, SettingText word)
    {
        var (scheme, rest) = text.Split(':', 2) switch
        {
            ["unix" or "unix" + Listener.ProxySuffix, _] parts => (parts[0], parts[1]),
            _ when text.Split("://", 2) is [var before, var behind] => (before, behind),
            _ => ("tcp", text),
        };
        var isForProxies = scheme.EndsWith(Listener.ProxySuffix, StringComparison.Ordinal);
        return (isForProxies ? scheme[..^Listener.ProxySuffix.Length] : scheme) switch
        {
            "unix" => new Listener(UnixSocket(rest, word), UsesTls: false, isForProxies),
            "tcp" => new Listener(AddressAndPort(rest, word), UsesTls: false, isForProxies),
            "tls" => new Listener(AddressAndPort(rest, word), UsesTls: true, isForProxies),
            _ => throw word.Wrong($"{Example}: there is no scheme {scheme}, only tcp, tls and unix, each also with {Listener.ProxySuffix}"),
        };
    }

    private static UnixDomainSocketEndPoint UnixSocket(string path, SettingText word)
    {
        if (path.Length == 0 || path.EndsWith('/'))
            throw word.Wrong($"{Example}: it names no file");
        var full = Path.GetFullPath(path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path);
        if (UnixSocketFile.IsTooLong(full))
            throw word.Wrong($"{Example}: the path of a Unix socket has at most {UnixSocketFile.MaxPathBytes} bytes");
        return new UnixDomainSocketEndPoint(full);
    }

    private static IPEndPoint AddressAndPort(string text, SettingText word)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
            throw word.Wrong($"{Example}: the port is missing");
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw word.Wrong($"{Example}: the port is a number from 0 to 65535");
        var host = text[..colon];
        if (host is ['[', .. var inner, ']'])
            host = inner;
        else if (host.Contains(':', StringComparison.Ordinal))
            throw word.Wrong($"{Example}: an IPv6 address stands in brackets");
        return new IPEndPoint(SettingParser.Address(word with { Text = host }), port);
    }
}
