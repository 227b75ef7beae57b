namespace InternalChat.Storage;

/// <summary>A message that was appended and not yet committed.</summary>
/// <param name="Id">
/// Its id. Ids increase over the whole store, have gaps, and those of committed messages are never given again, not even after deletion.
/// </param>
/// <param name="RecipientHeadBefore">
/// The newest message of the recipient's mailbox before this one; 0 if there was none. A session that was given everything up to it may be
/// given this one next.
/// </param>
public readonly record struct AppendedMessage(long Id, long RecipientHeadBefore);
