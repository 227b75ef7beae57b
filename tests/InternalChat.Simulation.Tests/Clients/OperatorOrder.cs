using InternalChat.Engine.Operations;

namespace InternalChat.Simulation.Tests.Clients;

/// <summary>What the operator does to an account.</summary>
internal enum OrderKind
{
    SetPassword,
    Suspend,
    Resume,
    Delete,
}

/// <summary>One order of the operator.</summary>
internal sealed class OperatorOrder(OrderKind kind, User user, string password)
{
    public OrderKind Kind => kind;

    public User User => user;

    /// <summary>The new one, of <see cref="OrderKind.SetPassword"/>.</summary>
    public string Password => password;

    public Moment Asked { get; set; }

    /// <summary>When the operator heard what became of it; null if that is not known.</summary>
    public Moment? Told { get; set; }

    /// <summary>When the process had died that was asked; null if it has answered, or may still.</summary>
    public Moment? Lost { get; set; }

    public AccountChangeOutcome? Outcome { get; set; }

    public override string ToString() => $"operator: {kind} {user}";
}
