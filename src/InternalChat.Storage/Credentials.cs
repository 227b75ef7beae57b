namespace InternalChat.Storage;

/// <summary>What a login is checked against.</summary>
/// <param name="Id">The account's id.</param>
/// <param name="Username">The account's name.</param>
/// <param name="PasswordHash">Opaque text to storage, kept verbatim; <see cref="UnusableHash"/> if nobody may log in.</param>
/// <param name="Status">Whether the account takes part; only an active one may log in, whatever the password.</param>
public sealed record Credentials(long Id, string Username, string PasswordHash, AccountStatus Status = AccountStatus.Active)
{
    /// <summary>
    /// Stands in the place of a hash if an account exists only because old messages name it, or was deleted: no password verifies
    /// against it.
    /// </summary>
    public const string UnusableHash = "!";

    /// <summary>Leaves the hash out, so that no log can show it.</summary>
    public override string ToString() => $"Credentials {{ Id = {Id}, Username = {Username}, Status = {Status} }}";
}
