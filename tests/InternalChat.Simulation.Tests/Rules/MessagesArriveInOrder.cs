using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// Each recipient sees ids rise, without a gap, and those of one sender in the order in which they were sent; it sees an id again only
/// after a crash, or after the connection broke on which it had come.
/// </summary>
internal sealed class MessagesArriveInOrder(ISimulation simulation) : Rule(simulation)
{
    private readonly Dictionary<User, Inbox> _inboxes = simulation.Users.ToDictionary(static user => user, static _ => new Inbox());
    private readonly Dictionary<Conversation, long> _newest = [];
    private readonly Dictionary<MessageCommand, long> _newestAtSending = [];
    private long _newestAcknowledged;

    protected override string Name => "Messages arrive in order, without a gap, and again only after a break";

    public override void Sent(Conversation conversation, Command command)
    {
        if (command is MessageCommand message)
            _newestAtSending[message] = _newestAcknowledged;
    }

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is not MessageCommand { IsDone: true } message)
            return;
        if (message.Id <= _newestAtSending[message])
            Fail($"{message} of {message.Sender} is {message.Id}, and was sent when {_newestAtSending[message]} had been acknowledged");
        _newestAcknowledged = Math.Max(_newestAcknowledged, message.Id);
    }

    public override void Pushed(Conversation conversation, Frame frame)
    {
        if (!frame.IsFrom)
            return;
        var id = frame.Id;
        var inbox = _inboxes[conversation.User];
        if (id <= _newest.GetValueOrDefault(conversation))
            Fail($"{conversation} gets {id} after {_newest[conversation]}");
        if (id <= inbox.CertainThrough)
            Fail($"{conversation} gets {id} again, and nothing broke since it had everything up to {inbox.CertainThrough}");
        _newest[conversation] = id;
        CheckGap(conversation, inbox, id);
        if (inbox.Seen.Add(id))
            CheckSender(conversation, inbox, frame);
    }

    public override void Ended(Conversation conversation, bool inOrder)
    {
        var inbox = _inboxes[conversation.User];
        if (inOrder && !conversation.IsAbandoned && conversation.Process == Simulation.Process && !inbox.IsMarkLost)
            inbox.CertainThrough = Math.Max(inbox.CertainThrough, _newest.GetValueOrDefault(conversation));
    }

    public override void Crashed()
    {
        foreach (var inbox in _inboxes.Values)
            inbox.CertainThrough = 0;
    }

    public override void MarkLost(User user) => _inboxes[user].IsMarkLost = true;

    private void CheckGap(Conversation conversation, Inbox inbox, long id)
    {
        var messages = Simulation.Committed.Messages;
        for (var place = inbox.SeenBefore; place < messages.Count && messages[place].Id < id; place++)
        {
            var isOwn = Simulation.Committed.FindAccount(messages[place].RecipientId)!.Name == conversation.User.Name;
            if (isOwn && !inbox.Seen.Contains(messages[place].Id))
                Fail($"{conversation} gets {id} and never had {messages[place].Id}");
            inbox.SeenBefore = place + 1;
        }
    }

    private void CheckSender(Conversation conversation, Inbox inbox, Frame frame)
    {
        if (Simulation.MessageOf(frame.Body) is not { SentOn: { } origin } message)
            return;
        if (message.Number < inbox.NewestOf.GetValueOrDefault(origin, -1))
            Fail($"{conversation} gets #{message.Number} of {origin} after #{inbox.NewestOf[origin]}");
        inbox.NewestOf[origin] = message.Number;
    }

    private sealed class Inbox
    {
        public HashSet<long> Seen { get; } = [];

        /// <summary>Places in the log before which the user has seen everything.</summary>
        public int SeenBefore { get; set; }

        /// <summary>What cannot come again unless the server crashes.</summary>
        public long CertainThrough { get; set; }

        /// <summary>The disk has failed when a mark was to be moved. Only a later mark makes up for it, and nobody sees that one.</summary>
        public bool IsMarkLost { get; set; }

        /// <summary>The number of the newest message of each connection.</summary>
        public Dictionary<Conversation, int> NewestOf { get; } = [];
    }
}
