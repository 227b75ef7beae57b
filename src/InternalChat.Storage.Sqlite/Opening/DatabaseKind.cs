namespace InternalChat.Storage.Sqlite.Opening;

/// <summary>What a file is to a server that would open it.</summary>
internal enum DatabaseKind
{
    /// <summary>The journal of a process that was killed lies beside it: only by writing that back does SQLite find out.</summary>
    Interrupted,

    /// <summary>It has no tables yet.</summary>
    New,

    /// <summary>It is of this version.</summary>
    Current,

    /// <summary>It is the original server's.</summary>
    Legacy,
}
