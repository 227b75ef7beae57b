namespace InternalChat.Storage;

/// <summary>Whether a session may begin.</summary>
public enum EntryOutcome
{
    /// <summary>It has begun.</summary>
    Entered,

    /// <summary>The account has a session elsewhere.</summary>
    HeldElsewhere,

    /// <summary>The account was changed elsewhere since its credentials were read: the login has to begin anew.</summary>
    AccountChanged,
}

/// <summary>The answer to <see cref="IStoreWriter.Enter"/>.</summary>
/// <param name="Outcome">Whether the session has begun; the rest counts only if it has.</param>
/// <param name="Mailbox">The ends of what waits for the account, as <see cref="IStoreWriter.GetMailbox"/> has them.</param>
/// <param name="BlocksAnybody">Whether the account blocks anybody at all.</param>
public readonly record struct SessionEntry(EntryOutcome Outcome, Mailbox Mailbox, bool BlocksAnybody);
