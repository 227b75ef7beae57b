namespace InternalChat.Storage;

/// <summary>A message that was appended and not yet committed.</summary>
/// <param name="Id">
/// Its id, positive. Ids increase over the whole store and have gaps. That of a committed message is never given again, not even when the
/// message is gone; that of a batch that was not stored may be.
/// </param>
/// <param name="RecipientHeadBefore">
/// The newest message of the recipient's mailbox before this one; 0 if there was none. A session that was given everything up to it may be
/// given this one next.
/// </param>
public readonly record struct AppendedMessage(long Id, long RecipientHeadBefore);
