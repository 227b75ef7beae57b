using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace InternalChat.TestKit.Sockets;

/// <summary>What is unusual about one connection.</summary>
public sealed record RawClientOptions
{
    /// <summary>Where to connect to, of a server that listens at several places; null for its first.</summary>
    public EndPoint? Server { get; init; }

    /// <summary>Sent before anything else, also before TLS, as a proxy does.</summary>
    public byte[] Preamble { get; init; } = [];

    /// <summary>The address to come from, e.g. 127.0.0.7; null for what the system chooses.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>SO_RCVBUF, for a client that means to be slow; null for the system's own.</summary>
    public int? ReceiveBufferBytes { get; init; }

    /// <summary>Null for a plain connection.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Makes the socket, e.g. inside another network namespace; null for an ordinary one.</summary>
    public Func<Socket>? CreateSocket { get; init; }

    public SecretLedger? Secrets { get; init; }

    /// <summary>Added to the message of a timeout.</summary>
    public Func<string>? ServerOutput { get; init; }
}
