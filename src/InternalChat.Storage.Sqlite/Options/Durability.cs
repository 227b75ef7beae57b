namespace InternalChat.Storage.Sqlite.Options;

/// <summary>What an acknowledged commit survives.</summary>
public enum Durability
{
    /// <summary>Every commit is synced to the disk (<c>synchronous=FULL</c>): survives power loss. The default.</summary>
    Full,

    /// <summary>Commits reach the operating system only (<c>synchronous=NORMAL</c>): survives <c>kill -9</c>, not power loss.</summary>
    Normal,
}
