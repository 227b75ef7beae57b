namespace InternalChat.Storage;

/// <summary>Where a reader stands in a mailbox. Used with the reader that started it, or another one of the same database; one thread at a time.</summary>
public sealed class MailboxWalk
{
    internal MailboxWalk()
    {
    }
}
