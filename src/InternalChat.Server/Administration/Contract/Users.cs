namespace InternalChat.Server.Administration.Contract;

/// <summary>Accounts.</summary>
/// <param name="Users">In the order of their names' bytes.</param>
/// <param name="Next">What <c>after</c> has to be for the next page; null where this is the last.</param>
internal sealed record UserPage(IReadOnlyList<UserEntry> Users, string? Next);

/// <summary>One account.</summary>
/// <param name="User">Its name.</param>
/// <param name="Status"><c>active</c>, <c>suspended</c> or <c>deleted</c>.</param>
/// <param name="Online">Whether its user is connected.</param>
/// <param name="HasPassword">Whether any password lets somebody in; not so where only messages of the original server name it.</param>
/// <param name="CreatedAt">UTC; null where it is not known.</param>
internal sealed record UserEntry(string User, string Status, bool Online, bool HasPassword, DateTime? CreatedAt);

/// <summary>Asks for an account.</summary>
internal sealed record NewUserRequest(string? User, string? Password);

/// <summary>Asks for another password.</summary>
internal sealed record PasswordRequest(string? Password);

/// <summary>What was asked for a user is done and stored.</summary>
internal sealed record UserDone(string User);

/// <summary>An erasure that was ordered.</summary>
/// <param name="Erasure">Its number, for <c>/v1/erasures/…</c>.</param>
/// <param name="Pending">Whether it goes on; once it does not, everything has left the file.</param>
internal sealed record ErasureReply(long Erasure, bool Pending);

/// <summary>Asks to let an address log in again.</summary>
internal sealed record AddressRequest(string? Address);

/// <summary>Whether the name or address had to wait.</summary>
internal sealed record UnlockReply(bool WasThrottled);
