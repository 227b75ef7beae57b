using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// DELIVERED goes to the sender of a message that waited, never before its OK queued, and again only if the message was handed over again.
/// </summary>
internal sealed class ReceiptsFollowReplies(ISimulation simulation) : Rule(simulation)
{
    private readonly Dictionary<long, int> _receipts = [];
    private readonly Dictionary<User, List<Break>> _breaks = simulation.Users.ToDictionary(
        static user => user, static _ => new List<Break>());

    protected override string Name => "DELIVERED follows OK queued, once for each time that a message is handed over";

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is MessageCommand { IsDone: true, IsQueued: false } message)
            Count(conversation, message);
    }

    public override void Pushed(Conversation conversation, Frame frame)
    {
        if (!frame.IsDelivered)
            return;
        var message = Simulation.Committed.Find(frame.Id) is { } stored
            ? Simulation.Messages.Find(message => message.Body == stored.Body)
            : null;
        if (message is null || message.Sender != conversation.User)
            Fail($"{conversation} gets '{frame.Line}' and did not send that");
        else if (!message.IsAnswered && conversation.HasSent(message))
            Fail($"{conversation} gets '{frame.Line}' before the reply to {message}");
        else
            Count(conversation, message, frame.Id);
    }

    public override void LoggedIn(Conversation conversation)
    {
        foreach (var earlier in _breaks[conversation.User])
            earlier.NoticedBy ??= Simulation.NextMoment();
    }

    public override void Ended(Conversation conversation, bool inOrder)
    {
        if (!inOrder)
            _breaks[conversation.User].Add(new Break());
    }

    public override void Crashed()
    {
        foreach (var breaks in _breaks.Values)
            breaks.Add(new Break());
    }

    private void Count(Conversation conversation, MessageCommand message, long id = 0)
    {
        id = id == 0 ? message.Id : id;
        var count = _receipts[id] = _receipts.GetValueOrDefault(id) + 1;
        if (count > 1 + _breaks[message.Recipient].Count(each => each.NoticedBy is not { } noticed || noticed > message.Sent))
            Fail($"{conversation} gets DELIVERED {id} {count} times");
    }

    /// <summary>What was handed over before the server noticed it is handed over again.</summary>
    private sealed class Break
    {
        /// <summary>When the user had logged in again; null as long as it has not.</summary>
        public Moment? NoticedBy { get; set; }
    }
}
