namespace InternalChat.Storage;

/// <summary>Whether an account takes part in the chat. Stores keep the numbers, so none of them changes.</summary>
public enum AccountStatus
{
    /// <summary>It may log in and be written to.</summary>
    Active = 0,

    /// <summary>The operator closed it for the time being: nobody may log in, everything else stays, messages for it are kept.</summary>
    Suspended = 1,

    /// <summary>The operator deleted it: nobody may log in or write to it, and its name stays taken.</summary>
    Deleted = 2,
}
