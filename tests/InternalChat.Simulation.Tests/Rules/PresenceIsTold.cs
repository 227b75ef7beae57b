using InternalChat.Engine;
using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// Nobody hears of itself, or of one who blocks it; who has come goes before coming again; and when all is quiet everybody knows of those
/// who came later.
/// </summary>
internal sealed class PresenceIsTold(ISimulation simulation, BlocksHold blocks) : Rule(simulation)
{
    private readonly Dictionary<(Conversation Listener, string Name), bool> _lastHeard = [];
    private readonly Dictionary<string, List<Moment>> _logins = [];

    protected override string Name => "Presence is told to those who may know";

    public override void Sent(Conversation conversation, Command command)
    {
        if (command is not AuthCommand login)
            return;
        if (!_logins.TryGetValue(login.User.Name, out var logins))
            _logins[login.User.Name] = logins = [];
        logins.Add(login.Sent);
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
        var login = _logins[user.Name].FindLast(at => at < frame.MadeAfter);
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
        foreach (var name in list.Online!.Where(name => name != conversation.User.Name))
        {
            var user = Simulation.Users.Single(user => user.Name == name);
            if (!_logins.ContainsKey(name) || blocks.Held(user, conversation.User, list.Sent, list.Answered!.Value) == true)
                Fail($"{conversation} finds {name} online");
        }
    }
}
