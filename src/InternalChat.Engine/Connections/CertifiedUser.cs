using InternalChat.Protocol;

namespace InternalChat.Engine.Connections;

/// <summary>
/// Whom the transport has proved its peer to be, by a client certificate. It narrows who may log in over the connection and spares
/// nobody the password. Immutable.
/// </summary>
/// <param name="Name">The user's name; an account of this name need not exist.</param>
public sealed record CertifiedUser(UserName Name);
