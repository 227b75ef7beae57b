using System.Net;
using InternalChat.Server.Network;
using InternalChat.Server.Settings.Parsing;
using InternalChat.Server.Tls;
using static InternalChat.Server.Settings.SettingDefinitions;

namespace InternalChat.Server.Settings;

/// <summary>Where the server listens, and to whom.</summary>
/// <param name="Listeners">At least one; no two are at the same place.</param>
/// <param name="Proxies">Who may connect over TCP to listeners for proxies.</param>
/// <param name="UnixMode">Of the files of Unix sockets.</param>
/// <param name="Tls">Null where no listener uses TLS.</param>
internal sealed record NetworkSettings(
    IReadOnlyList<Listener> Listeners, IReadOnlyList<IPNetwork> Proxies, UnixFileMode UnixMode, TlsSettings? Tls)
{
    /// <summary>What asks for each listener, in the words of the operator.</summary>
    public IReadOnlyList<SettingText> Said { get; private init; } = [];

    /// <exception cref="SettingException">A value is wrong, or they do not go together.</exception>
    public static NetworkSettings Read(SettingValues values)
    {
        var tls = ReadTls(values);
        var proxies = values.Read(ProxyProtocol);
        var named = values.Read(Listen);
        CheckPlain(named, values);
        // As the original's: whoever asks for an address without a certificate has asked for plain text there.
        var endpoint = new IPEndPoint(values.Read(SettingDefinitions.Host), values.Read(Port));
        var usual = new Listener(endpoint, UsesTls: tls is not null, IsForProxies: proxies is not []);
        IReadOnlyList<Listener> listeners = named is [] ? [usual]
            : values[SettingDefinitions.Host].IsGiven || values[Port].IsGiven ? [usual, .. named]
            : named;
        CheckUse(listeners, tls, proxies, values);
        CheckPlaces(listeners);
        return new NetworkSettings(listeners, proxies, values.Read(SettingDefinitions.UnixMode), tls)
        {
            Said = [.. listeners.Count > named.Count ? [SaidOfUsual(values)] : (SettingText[])[], .. SettingParser.Words(values[Listen])],
        };
    }

    private static SettingText SaidOfUsual(SettingValues values)
    {
        var (host, port) = (values[SettingDefinitions.Host], values[Port]);
        var sources = new[] { host, port }.Where(static said => said.IsGiven).Select(static said => said.Source).ToList();
        return new SettingText($"{host.Text}:{port.Text}", sources is [] ? "--port" : string.Join(" and ", sources));
    }

    private static TlsSettings? ReadTls(SettingValues values)
    {
        var (certificate, key, authorities) = (values.Read(TlsCert), values.Read(TlsKey), values.Read(TlsClientCa));
        var ciphers = values.Read(TlsCiphers);
        var clients = values.Read(TlsClient);
        if ((certificate is null) != (key is null))
            throw new SettingException("--tls-cert and --tls-key go together: one of them is missing");
        if (authorities is null && Differs(TlsClient, values))
            throw new SettingException($"{values[TlsClient].Source}: clients are asked for no certificate without --tls-client-ca");
        if (certificate is not null)
        {
            return new TlsSettings(certificate, key!)
            {
                Versions = values.Read(TlsMinVersion),
                Ciphers = ciphers is [] ? null : ciphers,
                Clients = authorities is null
                    ? null
                    : new ClientCertificateSettings(authorities, clients == ClientCertificateMode.Required),
            };
        }

        SettingDefinition[] idle = [TlsClientCa, TlsMinVersion, TlsCiphers];
        return Array.Find(idle, definition => Differs(definition, values)) is { } useless
            ? throw new SettingException($"{values[useless].Source}: there is no TLS without --tls-cert and --tls-key")
            : null;
    }

    /// <summary>A default that is written out, as in the sample of the settings file, asks for nothing.</summary>
    private static bool Differs(SettingDefinition definition, SettingValues values) => values[definition].Text != definition.Default;

    private static void CheckPlain(IReadOnlyList<Listener> named, SettingValues values)
    {
        var exposed = named.FirstOrDefault(static listener => listener.IsExposed);
        if (values.Read(AllowPlain) == Permission.No && exposed is not null)
            throw new SettingException(
                $"{values[Listen].Source}: {exposed} would send passwords unencrypted to other machines: use tls://, a loopback address, "
                + "or --allow-plain yes where the network is trusted");
    }

    private static void CheckUse(
        IReadOnlyList<Listener> listeners, TlsSettings? tls, IReadOnlyList<IPNetwork> proxies, SettingValues values)
    {
        if (tls is null && listeners.FirstOrDefault(static listener => listener.UsesTls) is { } uncertified)
            throw new SettingException($"{values[Listen].Source}: {uncertified} needs --tls-cert and --tls-key");
        if (tls is not null && !listeners.Any(static listener => listener.UsesTls))
            throw new SettingException($"{values[TlsCert].Source}: no listener uses TLS: write tls:// instead of tcp://");
        var forProxies = listeners.Where(static listener => listener is { IsForProxies: true, EndPoint: IPEndPoint }).ToList();
        if (proxies is [] && forProxies is [var closed, ..])
            throw new SettingException($"{values[Listen].Source}: {closed} needs --proxy-protocol with the proxies' networks");
        if (proxies is not [] && forProxies is [])
            throw new SettingException($"{values[ProxyProtocol].Source}: no listener is for proxies: write tcp+proxy:// or tls+proxy://");
    }

    private static void CheckPlaces(IReadOnlyList<Listener> listeners)
    {
        for (var index = 1; index < listeners.Count; index++)
        {
            if (listeners.Take(index).FirstOrDefault(listeners[index].CollidesWith) is { } other)
                throw new SettingException($"--listen: {other} and {listeners[index]} are at the same place");
        }
    }
}

/// <summary>The values of --allow-plain.</summary>
internal enum Permission
{
    No,
    Yes,
}

/// <summary>The values of --tls-client.</summary>
internal enum ClientCertificateMode
{
    /// <summary>A client without a certificate is refused.</summary>
    Required,

    /// <summary>A client without a certificate may log in as anybody whose password it has.</summary>
    Optional,
}
