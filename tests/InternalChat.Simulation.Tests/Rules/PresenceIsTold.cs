using InternalChat.Engine.Options;
using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// Nobody hears of itself, or of one who blocks it; who has come goes before coming again; and when all is quiet everybody knows of those
/// who came later.
/// </summary>
internal sealed class PresenceIsTold(ISimulation simulation, BlocksHold blocks) : Rule(simulation)
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(Conversation Listener, string Name), bool> _lastHeard = [];
    private readonly Dictionary<User, List<Moment>> _logins = simulation.Users.ToDictionary(
        static user => user, static _ => new List<Moment>());


    private readonly Dictionary<User, List<Conversation>> _conversations = simulation.Users.ToDictionary(
        static user => user, static _ => new List<Conversation>());

    // Those who logged in when nothing went wrong any more, and have not left: they are online for certain.
    private readonly List<Conversation> _staying = [];

    protected override string Name => "Presence is told to those who may know";

    public override void LoggedIn(Conversation conversation)
    {
        if (Simulation.IsHealed)
            _staying.Add(conversation);
    }

    public override void Ended(Conversation conversation, bool inOrder) => _staying.Remove(conversation);

    public override void Sent(Conversation conversation, Command command)
    {
        if (command is SimpleCommand { Line: "QUIT" } && _staying.Contains(conversation))
        {
            CheckHeardOfAll(conversation, command.Sent);
            _staying.Remove(conversation);
        }

        if (command is not AuthCommand login)
            return;
        _logins[login.User].Add(login.Sent);
        if (!_conversations[conversation.User].Contains(conversation))
            _conversations[conversation.User].Add(conversation);
    }

    public override void Pushed(Conversation conversation, Frame frame)
    {
        if (!frame.IsPresence)
            return;
        var listener = conversation.User;
        if (frame.Name == listener.Name || Simulation.Plan.Presence == PresenceMode.Off || !conversation.IsLoggedIn)
            Fail($"{conversation} gets '{frame.Line}'");
        var name = frame.Name;
        var user = Simulation.Users.Single(user => user.Name == name);
        var login = _logins[user].FindLast(at => at < frame.MadeAfter);
        if (blocks.Held(user, listener, login, frame.MadeBy) == true)
            Fail($"{conversation} hears of {user}, who blocks it");
        var isOnline = frame.IsOnline;
        var isRepeated = _lastHeard.TryGetValue((conversation, name), out var last) && last == isOnline;
        _lastHeard[(conversation, name)] = isOnline;
        if (isRepeated && Simulation.Plan.Presence == PresenceMode.All && !blocks.WasEverAsked(user, listener) && Simulation.Plan.HearsAll)
            Fail($"{conversation} gets '{frame.Line}' twice in a row");
    }

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is not ListCommand { IsDone: true } list)
            return;
        if (!list.Online!.Contains(conversation.User.Name))
            Fail($"{conversation} does not find itself in LIST");
        foreach (var other in _staying.Where(other => other != conversation && other.Login!.Answered!.Value < list.Sent))
        {
            var isFound = list.Online!.Contains(other.User.Name);
            if (MayKnow(conversation.User, other.User, list.Sent, list.Answered!.Value) is { } mayKnow && mayKnow != isFound)
                Fail($"{conversation} {(mayKnow ? "does not find" : "finds")} {other.User} online");
        }

        foreach (var name in list.Online!.Where(name => name != conversation.User.Name))
        {
            var user = Simulation.Users.Single(user => user.Name == name);
            if (_logins[user].Count == 0 || blocks.Held(user, conversation.User, list.Sent, list.Answered!.Value) == true)
                Fail($"{conversation} finds {name} online");
        }
    }

    private void CheckHeardOfAll(Conversation listener, Moment now)
    {
        if (!Simulation.Plan.HearsAll || Simulation.Plan.Presence != PresenceMode.All)
            return;
        foreach (var other in _staying)
        {
            var login = other.Login!;
            var isNew = login.Sent < listener.Login!.Answered!.Value || now.Ticks - login.Answered!.Value.Ticks < LongEnough.Ticks;
            if (other == listener || isNew || WasPerhapsOnline(other, listener.Login.Sent))
                continue;
            var mayKnow = blocks.Held(other.User, listener.User, login.Sent, now) == false;
            if (mayKnow && !_lastHeard.GetValueOrDefault((listener, other.User.Name)))
                Fail($"{listener} has not heard that {other.User} is online");
        }
    }

    /// <summary>
    /// Whether a user may have been online at a time by another connection: who comes back at once is told of by nobody.
    /// </summary>
    private bool WasPerhapsOnline(Conversation conversation, Moment at) => _conversations[conversation.User].Exists(other =>
        other != conversation && other.Process == conversation.Process && !(other.IsOverInOrder && (!other.IsLoggedIn || other.Over < at)));

    /// <summary>Whether one user may know that another is online; null if that changes just now.</summary>
    private bool? MayKnow(User asker, User other, Moment from, Moment to)
    {
        if (Simulation.Plan.Presence == PresenceMode.Off)
            return false;
        if (blocks.Held(other, asker, from, to) is var isBlocked && isBlocked != false)
            return isBlocked is null ? null : false;
        var isKnownToAll = Simulation.Plan.Presence == PresenceMode.All;
        return isKnownToAll || (HasWritten(asker, other, from) && HasWritten(other, asker, from)) ? true : null;
    }

    private bool HasWritten(User sender, User recipient, Moment before) => Simulation.Messages.Exists(message =>
        message.Sender == sender && message.Recipient == recipient && message.IsDone && message.Answered < before);
}
