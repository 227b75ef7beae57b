using System.Buffers;
using InternalChat.Engine.Accounts;
using InternalChat.Protocol;

namespace InternalChat.Engine.Writing;

/// <summary>How a login ended at the writer.</summary>
internal enum LoginOutcome
{
    /// <summary>The user is online.</summary>
    Authenticated,

    /// <summary>The account was created and the user is online.</summary>
    Registered,

    /// <summary>Another connection has the user.</summary>
    AlreadyConnected,

    /// <summary>
    /// The account was created, or changed by the operator, since it was looked up: that is to be done anew. Or it was to be created for
    /// a peer that is gone.
    /// </summary>
    Overtaken,

    /// <summary>The account could not be stored.</summary>
    NotStored,
}

/// <summary>A login whose password was verified, or that is to create its account.</summary>
/// <param name="UserName">Who logs in.</param>
/// <param name="AccountId">The account; 0 where it is to be created.</param>
/// <param name="NewPasswordHash">The hash of an account that is to be created.</param>
/// <param name="Password">Recognises the password at the next login.</param>
/// <param name="Revision">The newest change of accounts that the verification has taken into account.</param>
/// <param name="NetworkToNote">What the account will know the network by that it comes from; null if it does.</param>
internal sealed record LoginRequest(
    UserName UserName, long AccountId, string? NewPasswordHash, PasswordFingerprint Password = default, long Revision = 0,
    long? NetworkToNote = null)
{
    /// <summary>Completes when the login is visible, or refused. The reply has been appended where it succeeded.</summary>
    public TaskCompletionSource<LoginOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A stronger hash for an account.</summary>
/// <param name="AccountId">Whose.</param>
/// <param name="PasswordHash">The hash.</param>
/// <param name="Revision">The newest change of accounts that the verification of the password has taken into account.</param>
internal sealed record RehashRequest(long AccountId, string PasswordHash, long Revision);

/// <summary>What a catch-up has handed over since it last told the writer, which gives its memory back.</summary>
internal sealed class HandedOverChunk
{
    /// <summary>Most messages in a chunk: one chunk of receipts stays far below what may wait for a sender.</summary>
    public const int MaxMessages = 512;

    private (long SenderId, long MessageId)[] _messages = ArrayPool<(long, long)>.Shared.Rent(MaxMessages);

    public int Count { get; private set; }

    public bool IsFull => Count == MaxMessages;

    /// <summary>The catch-up has reached this message, up to which it was asked; 0 while it goes on.</summary>
    public long ReachedEnd { get; set; }

    public (long SenderId, long MessageId) this[int index] => _messages[index];

    public void Add(long senderId, long messageId) => _messages[Count++] = (senderId, messageId);

    /// <summary>Forgets messages after this one.</summary>
    public void KeepThrough(long messageId)
    {
        while (Count > 0 && _messages[Count - 1].MessageId > messageId)
            Count--;
    }

    /// <summary>Gives the memory back; nothing is in it any more.</summary>
    public void Release()
    {
        Count = 0;
        ArrayPool<(long, long)>.Shared.Return(_messages);
        _messages = [];
    }
}
