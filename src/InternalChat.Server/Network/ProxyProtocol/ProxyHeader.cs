using System.Net;

namespace InternalChat.Server.Network.ProxyProtocol;

/// <summary>What the bytes so far are.</summary>
internal enum ProxyHeaderStatus
{
    /// <summary>The beginning of a header, or nothing.</summary>
    Incomplete,

    /// <summary>A whole header.</summary>
    Complete,

    /// <summary>No header, whatever follows.</summary>
    Malformed,
}

/// <summary>A PROXY protocol header of either version.</summary>
/// <param name="Client">
/// Who connected to the proxy; null where the header names nobody (LOCAL, UNKNOWN, a family other than TCP over IP): then the
/// connection is the proxy's own.
/// </param>
internal readonly record struct ProxyHeader(IPEndPoint? Client);
