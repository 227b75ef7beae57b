using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// Whoever is blocked is refused from the moment on in which the blocker is told so, until the blocker has asked for the contrary.
/// </summary>
internal sealed class BlocksHold(ISimulation simulation) : Rule(simulation)
{
    private readonly Dictionary<(User Blocker, User Blocked), Register<bool>> _blocks = [];

    private readonly List<AuthCommand> _logins = [];

    protected override string Name => "Blocks hold";

    /// <summary>
    /// Whether one user blocked another during a whole interval; null if that may have changed within it, or is not known.
    /// </summary>
    public bool? Held(User blocker, User blocked, Moment from, Moment to)
    {
        if (!_blocks.TryGetValue((blocker, blocked), out var register))
            return false;
        var values = register.Between(from, to);
        return values.Count == 1 ? values.Contains(true) : null;
    }

    /// <summary>Whether a user has ever asked to block another.</summary>
    public bool WasEverAsked(User blocker, User blocked) => _blocks.ContainsKey((blocker, blocked));

    public override void Sent(Conversation conversation, Command command)
    {
        if (command is not BlockCommand block)
            return;
        if (!_blocks.TryGetValue((block.Blocker, block.Target), out var register))
            _blocks[(block.Blocker, block.Target)] = register = new Register<bool>(false);
        register.Add(block.Blocks, block.Sent, () => block.Answered, () => OverFor(block), () => block.Error is not null);
    }

    public override void LoggedIn(Conversation conversation) => _logins.Add(conversation.Login!);

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is MessageCommand message)
            Judge(message);
    }

    // Now it is known which BLOCKs were refused that were under way at the time.
    public override void AtEnd() => Simulation.Messages.FindAll(static message => message.IsAnswered).ForEach(Judge);

    /// <summary>When its user has logged in anew, nothing of an earlier connection is done any more.</summary>
    private Moment? OverFor(BlockCommand block) => block.SentOn!.Over is { } over
        ? _logins.Find(login => login.User == block.Blocker && login.Sent > over)?.Answered
        : null;

    private void Judge(MessageCommand message)
    {
        var isBlocked = Held(message.Recipient, message.Sender, message.Sent, message.Answered!.Value);
        if (message.IsDone && isBlocked == true)
            Fail($"{message} of {message.Sender} was accepted, whom {message.Recipient} blocks");
        if (message.Error == "BLOCKED" && isBlocked == false)
            Fail($"{message} of {message.Sender} was refused, whom {message.Recipient} does not block");
    }
}
