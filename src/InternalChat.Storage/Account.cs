namespace InternalChat.Storage;

/// <summary>An account as the chat knows it.</summary>
/// <param name="Id">Positive; never reused.</param>
/// <param name="Username">Case-sensitive; 3 to 32 characters unless it came from the original server.</param>
/// <param name="Status">Whether it takes part.</param>
public readonly record struct Account(long Id, string Username, AccountStatus Status = AccountStatus.Active);
