using InternalChat.Protocol;

namespace InternalChat.Engine.Operations;

/// <summary>What an operator wants of an account.</summary>
internal enum AccountChangeKind
{
    /// <summary>That it is there.</summary>
    Add,

    /// <summary>That it has another password.</summary>
    SetPassword,

    /// <summary>That nobody uses it until it is resumed.</summary>
    Suspend,

    /// <summary>That it can be used again.</summary>
    Resume,

    /// <summary>That nobody uses it ever again.</summary>
    Delete,

    /// <summary>That it is deleted and everything about it leaves the store.</summary>
    Erase,
}

/// <summary>A change that an operator asks of the writer.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Name">To whose account.</param>
/// <param name="PasswordHash">Of a new account, or a new password.</param>
internal sealed record AccountChange(AccountChangeKind Kind, UserName Name, string? PasswordHash = null)
{
    private readonly TaskCompletionSource<AccountChangeOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the change is stored and in force, or refused.</summary>
    public Task<AccountChangeOutcome> Done => _done.Task;

    /// <summary>What became of it in the store, as long as that is not stored; the writer's.</summary>
    public AccountChangeOutcome Applied { get; set; }

    /// <summary>Whose account it is; the writer's.</summary>
    public long AccountId { get; set; }

    /// <summary>Whether it closes the account to its user.</summary>
    public bool ClosesAccount => Kind is AccountChangeKind.Suspend or AccountChangeKind.Delete or AccountChangeKind.Erase;

    /// <summary>Whether a password that was right before may be none any more.</summary>
    public bool OutdatesPassword => ClosesAccount || Kind == AccountChangeKind.SetPassword;

    /// <summary>Answers whoever asked; the first answer counts.</summary>
    public void Complete(AccountChangeOutcome outcome) => _done.TrySetResult(outcome);
}

/// <summary>What became of a change to an account that an operator asked for.</summary>
public enum AccountChangeOutcome
{
    /// <summary>It is as it was asked for (perhaps it was before), stored and in force.</summary>
    Done,

    /// <summary>There is no such account.</summary>
    NoSuchUser,

    /// <summary>There is an account of that name already; a deleted one keeps its name.</summary>
    NameTaken,

    /// <summary>The account is deleted, which is for good.</summary>
    IsDeleted,

    /// <summary>The password breaks <see cref="PasswordRule"/>.</summary>
    PasswordRefused,

    /// <summary>Too many passwords wait to be hashed: try again.</summary>
    Busy,

    /// <summary>It could not be stored.</summary>
    NotStored,
}
