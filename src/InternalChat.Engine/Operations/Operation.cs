using InternalChat.Engine.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Engine.Operations;

/// <summary>What the writer is asked to do.</summary>
internal enum OperationKind : byte
{
    /// <summary>Store a message for <see cref="Operation.Target"/>; pipelined.</summary>
    Message,

    /// <summary>Note that message <see cref="Operation.Number"/> was read; pipelined.</summary>
    Read,

    /// <summary>Refuse future messages of <see cref="Operation.Target"/>; pipelined.</summary>
    Block,

    /// <summary>Accept them again; pipelined.</summary>
    Unblock,

    /// <summary>Bring a user online, creating the account where <see cref="LoginRequest.NewPasswordHash"/> says so.</summary>
    Login,

    /// <summary>Store a stronger hash of a password that was just verified.</summary>
    Rehash,

    /// <summary>A catch-up has handed a chunk over, and perhaps reached its end.</summary>
    HandedOver,

    /// <summary>The peer has everything through message <see cref="Operation.Number"/>.</summary>
    Acknowledged,

    /// <summary>The session has ended; the peer has everything through message <see cref="Operation.Number"/>.</summary>
    Logout,

    /// <summary>Change an account as the operator asks.</summary>
    ChangeAccount,
}

/// <summary>One request to the writer. Travels by value; the body is pooled and given back by the writer.</summary>
internal readonly struct Operation
{
    public required OperationKind Kind { get; init; }

    /// <summary>Whose operation it is. An operator's has none, and whoever asks for it all the same has forgotten that.</summary>
    public Session Session
    {
        get => field ?? throw new InvalidOperationException($"A {Kind} operation has no session.");
        init;
    }

    /// <summary>Whether it is a session's; if not, an operator's.</summary>
    public bool HasSession => Kind != OperationKind.ChangeAccount;

    public UserName Target { get; init; }

    public long Number { get; init; }

    public byte[]? Body { get; init; }

    public int BodyLength { get; init; }

    /// <summary>What the rarer kinds carry: <see cref="LoginRequest"/>, <see cref="RehashRequest"/>, <see cref="HandedOverChunk"/>,
    /// <see cref="AccountChange"/>, a completion.</summary>
    public object? Payload { get; init; }

    /// <summary>Whether the connection's read loop counts it as in flight.</summary>
    public bool IsPipelined => Kind is OperationKind.Message or OperationKind.Read or OperationKind.Block or OperationKind.Unblock;

    /// <summary>Whether it may write to the store, and so fails with its batch.</summary>
    public bool NeedsCommit => Kind switch
    {
        OperationKind.HandedOver or OperationKind.Acknowledged or OperationKind.Logout => false,
        OperationKind.Login => ((LoginRequest)Payload!).NewPasswordHash is not null,
        _ => true,
    };
}

/// <summary>A stronger hash for an account.</summary>
/// <param name="AccountId">Whose.</param>
/// <param name="PasswordHash">The hash.</param>
/// <param name="Revision">The newest change of accounts that the verification of the password has taken into account.</param>
internal sealed record RehashRequest(long AccountId, string PasswordHash, long Revision);
