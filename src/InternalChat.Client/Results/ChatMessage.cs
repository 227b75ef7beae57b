using InternalChat.Protocol;

namespace InternalChat.Client;

/// <summary>One message of a conversation. Immutable.</summary>
/// <param name="Id">Positive, increasing over the whole server.</param>
/// <param name="Sender">Who wrote it.</param>
/// <param name="SentAt">When the server accepted it, UTC, to the second.</param>
/// <param name="Body">The text as it was sent: whoever shows it on a terminal makes control characters harmless first.</param>
public sealed record ChatMessage(long Id, UserName Sender, DateTimeOffset SentAt, string Body);
