using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>One promise of docs/protocol.md. It hears of everything that peers and the operator see, and says when it is broken.</summary>
/// <remarks>A new rule is one class, and one line in <see cref="RuleBook"/>.</remarks>
internal abstract class Rule(ISimulation simulation)
{
    protected ISimulation Simulation => simulation;

    /// <summary>A client has sent a command.</summary>
    public virtual void Sent(Conversation conversation, Command command)
    {
    }

    /// <summary>The last line of a command's reply has come.</summary>
    public virtual void Answered(Conversation conversation, Command command)
    {
    }

    /// <summary>A login has succeeded; <see cref="Answered"/> follows.</summary>
    public virtual void LoggedIn(Conversation conversation)
    {
    }

    /// <summary>A line has come that is no reply.</summary>
    public virtual void Pushed(Conversation conversation, Frame frame)
    {
    }

    /// <summary>A connection is over.</summary>
    /// <param name="conversation">Whose.</param>
    /// <param name="inOrder">The server has ended it after all that it had to say, and the client has read that.</param>
    public virtual void Ended(Conversation conversation, bool inOrder)
    {
    }

    /// <summary>The process has died.</summary>
    public virtual void Crashed()
    {
    }

    /// <summary>The store could not note how far a user has its messages.</summary>
    public virtual void MarkLost(User user)
    {
    }

    /// <summary>The store has said that a user who logs in has a session elsewhere.</summary>
    public virtual void HeldElsewhere(User user)
    {
    }

    /// <summary>The operator asks for a change of an account.</summary>
    public virtual void Asked(OperatorOrder order)
    {
    }

    /// <summary>The operator was told what became of a change.</summary>
    public virtual void Told(OperatorOrder order)
    {
    }

    /// <summary>Everybody has logged in once more, got what was there, and left.</summary>
    public virtual void AtEnd()
    {
    }

    protected void Fail(string what) => simulation.Fail(Name, what);

    /// <summary>The promise in words.</summary>
    protected abstract string Name { get; }
}
