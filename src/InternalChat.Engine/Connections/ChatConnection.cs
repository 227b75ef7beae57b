using System.IO.Pipelines;
using System.Net;
using InternalChat.Protocol;

namespace InternalChat.Engine.Connections;

/// <summary>A connection as the engine sees it, whatever carries it.</summary>
/// <param name="Transport">Bytes in and out. A read of a broken connection throws <see cref="IOException"/>.</param>
/// <param name="Abort">Cuts the connection at once. Any thread, more than once.</param>
/// <param name="RemoteAddress">For limits and throttling; null counts as no address.</param>
/// <param name="Progress">What the peer acknowledges; null where it cannot be known: then what was flushed counts as delivered.</param>
/// <param name="CertifiedUser">The only user that it may log in as; null for any.</param>
public sealed record ChatConnection(
    IDuplexPipe Transport,
    Action Abort,
    IPAddress? RemoteAddress = null,
    ITransportProgress? Progress = null,
    CertifiedUser? CertifiedUser = null)
{
    /// <summary>What it holds among those that are not logged in; null if the engine is to take it, and once it is logged in.</summary>
    public ConnectionPlace? Place { get; set; }
}

/// <summary>
/// Whom the transport has proved its peer to be, by a client certificate. It narrows who may log in over the connection and spares
/// nobody the password. Immutable.
/// </summary>
/// <param name="Name">The user's name; an account of this name need not exist.</param>
public sealed record CertifiedUser(UserName Name);
