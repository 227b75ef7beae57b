using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// A user is served on one connection at a time, and its name is free again when that has ended, or soon after it broke.
/// </summary>
internal sealed class OneSessionForAUser(ISimulation simulation) : Rule(simulation)
{
    // From when it is reset, nobody is refused for it.
    private static readonly TimeSpan AfterReset = TimeSpan.Zero;
    private static readonly TimeSpan AfterBreak = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan AfterVanishing = TimeSpan.FromSeconds(75);

    private readonly Dictionary<User, List<Conversation>> _conversations = simulation.Users.ToDictionary(
        static user => user, static _ => new List<Conversation>());

    private readonly Dictionary<User, Moment> _heldElsewhere = [];

    protected override string Name => "One session for a user, whose name is free after it";

    public override void Sent(Conversation conversation, Command command)
    {
        var known = _conversations[conversation.User];
        if (command is AuthCommand && !known.Contains(conversation))
            known.Add(conversation);
    }

    public override void HeldElsewhere(User user) => _heldElsewhere[user] = Simulation.NextMoment();

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is AuthCommand { Error: "ALREADY_CONNECTED" })
            CheckHolder(conversation, command);
        // An error may be the last word to a connection that is served no more.
        else if (conversation.Login is { } login && command.IsDone && command != login && command is not SimpleCommand { Line: "QUIT" })
            CheckNewer(conversation, command, login);
    }

    private void CheckHolder(Conversation conversation, Command command)
    {
        if (_heldElsewhere.GetValueOrDefault(conversation.User) > command.Sent)
            return;
        if (!_conversations[conversation.User].Exists(other => other != conversation && MayHoldName(other, command.Sent)))
            Fail($"{conversation} is told that {conversation.User} is connected, and nobody else can be");
    }

    private bool MayHoldName(Conversation other, Moment at)
    {
        if (other.Process != Simulation.Process)
            return false;
        if (other.Over is not { } over)
            return true;
        var limit = other.Connection.VanishedAt is not null ? AfterVanishing : other.WasCut ? AfterReset : AfterBreak;
        return over > at || (!other.IsOverInOrder && at.Ticks - over.Ticks < limit.Ticks);
    }

    private void CheckNewer(Conversation conversation, Command command, AuthCommand login)
    {
        var newer = _conversations[conversation.User].Find(other =>
            other.Login is { } newer && newer.Made.After > login.Made.By && newer.Answered!.Value < command.Sent);
        if (newer is not null)
            Fail($"{conversation} is served with {command} although {newer} has logged in since");
    }
}
