using InternalChat.Storage;

namespace InternalChat.Engine.Administration;

/// <summary>One account at the moment of asking.</summary>
/// <param name="Account">As the store has it.</param>
/// <param name="IsOnline">Whether its user is connected.</param>
public sealed record AccountInfo(AccountDetails Account, bool IsOnline);
