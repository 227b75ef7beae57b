namespace InternalChat.Storage;

/// <summary>An account as its operator sees it.</summary>
/// <param name="Id">Positive; never reused.</param>
/// <param name="Username">Case-sensitive.</param>
/// <param name="CreatedAt">Unix seconds, UTC; 0 if it is not known.</param>
/// <param name="Status">Whether it takes part.</param>
/// <param name="HasPassword">Whether any password could let somebody in.</param>
public sealed record AccountDetails(long Id, string Username, long CreatedAt, AccountStatus Status, bool HasPassword);
