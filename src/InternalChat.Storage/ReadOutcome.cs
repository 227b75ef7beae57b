namespace InternalChat.Storage;

/// <summary>What came of marking a message as read.</summary>
public enum ReadOutcome
{
    /// <summary>It was unread; the receipt is part of the open batch.</summary>
    FirstTime,

    /// <summary>It was read before; nothing changed.</summary>
    Again,

    /// <summary>No message has this id.</summary>
    UnknownMessage,

    /// <summary>Only the recipient may mark a message as read.</summary>
    Forbidden,
}
