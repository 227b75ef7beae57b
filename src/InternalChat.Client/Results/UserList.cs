using InternalChat.Protocol;

namespace InternalChat.Client;

/// <summary>Who is there. Immutable.</summary>
/// <param name="Online">Who is connected, oneself included, in the order of the names' bytes.</param>
/// <param name="Known">Who has an account, oneself included, in the order of the names' bytes.</param>
public sealed record UserList(IReadOnlyList<UserName> Online, IReadOnlyList<UserName> Known);
