using InternalChat.Protocol;

namespace InternalChat.Engine.Operations;

/// <summary>What became of an operation in the store; nobody has seen it before the batch is committed.</summary>
internal enum OutcomeKind : byte
{
    /// <summary>Done, with nothing to tell beyond that.</summary>
    Done,

    /// <summary>Refused with <see cref="Outcome.Error"/>.</summary>
    Refused,

    /// <summary>A message was appended under <see cref="Outcome.Number"/> for account <see cref="Outcome.AccountId"/>.</summary>
    Appended,

    /// <summary>Read for the first time. <see cref="Outcome.AccountId"/> is the sender; 0 if that one is not to know.</summary>
    FirstRead,

    /// <summary>The account <see cref="Outcome.AccountId"/> was created.</summary>
    AccountCreated,

    /// <summary>
    /// The account was created, or changed by the operator, since the login looked it up; or whoever wanted an account is gone.
    /// </summary>
    Stale,
}

/// <summary>The result of one operation, kept from its application until the batch is published.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Number">The message id.</param>
/// <param name="AccountId">The account that it concerns besides the session's own.</param>
/// <param name="Error">Why it was refused.</param>
internal readonly record struct Outcome(
    OutcomeKind Kind, long Number = 0, long AccountId = 0, ErrorCode Error = ErrorCode.Unknown)
{
    public static Outcome Done { get; } = new(OutcomeKind.Done);

    public static Outcome NotStored { get; } = Refused(ErrorCode.Storage);

    /// <summary>
    /// Whether it is so even if the batch is rolled back: what does not exist within the batch does not exist without it, and who finds a
    /// name taken looks again.
    /// </summary>
    public bool HoldsWithoutItsBatch =>
        Kind == OutcomeKind.Stale || Error is ErrorCode.UnknownTarget or ErrorCode.UnknownMessage;

    public static Outcome Refused(ErrorCode error) => new(OutcomeKind.Refused, Error: error);
}
