using System.Net;

namespace InternalChat.Client;

/// <summary>Where a chat server is, and how it is reached. Immutable, safe from any thread.</summary>
public sealed record ChatServerAddress
{
    /// <summary>The port a server listens on where nothing else is said.</summary>
    public const int DefaultPort = 9000;

    private const string UnixScheme = "unix:";

    /// <summary>
    /// A host name or an IP address, which the TLS certificate is checked against; or <c>unix:</c> and the path of a socket on this
    /// machine, where there is neither a port nor TLS.
    /// </summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The path of the Unix socket that <see cref="Host"/> names; null where it names a host.</summary>
    public string? UnixSocketPath => Host.StartsWith(UnixScheme, StringComparison.Ordinal) ? Host[UnixScheme.Length..] : null;

    /// <summary>TCP port, 1 to 65535. Nothing to a Unix socket.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>How both sides prove who they are; null for a connection in the clear.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>The address of this machine that the connection comes from; null for the operating system's choice.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>Longest time from the first packet to the end of the TLS handshake. 10 s where nothing else is said.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>host:port</c> or <c>unix:path</c>, as people write it.</summary>
    public override string ToString() =>
        UnixSocketPath is not null ? Host : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
