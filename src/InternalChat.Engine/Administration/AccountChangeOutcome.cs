using InternalChat.Protocol;

namespace InternalChat.Engine.Administration;

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
