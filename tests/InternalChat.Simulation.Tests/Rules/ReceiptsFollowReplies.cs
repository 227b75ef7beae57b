using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// DELIVERED goes to the sender of a message that was handed over: never before its OK queued, and again only if it was handed over again.
/// </summary>
internal sealed class ReceiptsFollowReplies(ISimulation simulation) : Rule(simulation)
{
    private readonly Dictionary<long, int> _receipts = [];
    private readonly List<(MessageCommand Message, long Id, Moment By)> _told = [];
    private readonly HashSet<(Conversation Recipient, long Id)> _handedOver = [];
    private readonly Dictionary<User, List<Conversation>> _conversations = simulation.Users.ToDictionary(
        static user => user, static _ => new List<Conversation>());

    protected override string Name => "DELIVERED follows OK queued, once for each time that a message is handed over";

    public override void Sent(Conversation conversation, Command command)
    {
        var known = _conversations[conversation.User];
        if (command is AuthCommand && !known.Contains(conversation))
            known.Add(conversation);
    }

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is MessageCommand { IsDone: true, IsQueued: false } message)
            Count(conversation, message, message.Id, message.Made.By);
    }

    /// <summary>A connection that came to its end in order has read all that it was given.</summary>
    public override void AtEnd()
    {
        foreach (var (message, id, by) in _told)
        {
            var mayHaveGot = _conversations[message.Recipient].Exists(other => !(other.Login?.Made.After > by)
                && (!other.IsOverInOrder || other.IsAbandoned || _handedOver.Contains((other, id))));
            if (!mayHaveGot)
                Fail($"{message.Sender} was told that {id} was delivered, and {message.Recipient} had not got it");
        }
    }

    public override void Pushed(Conversation conversation, Frame frame)
    {
        if (frame.IsFrom)
            _handedOver.Add((conversation, frame.Id));
        if (!frame.IsDelivered)
            return;
        var message = Simulation.Committed.Find(frame.Id) is { } stored ? Simulation.MessageOf(stored.Body) : null;
        if (message is null || message.Sender != conversation.User)
            Fail($"{conversation} gets '{frame.Line}' and did not send that");
        else if (!message.IsAnswered && message.SentOn == conversation)
            Fail($"{conversation} gets '{frame.Line}' before the reply to {message}");
        else
            Count(conversation, message, frame.Id, frame.MadeBy);
    }

    private void Count(Conversation conversation, MessageCommand message, long id, Moment by)
    {
        _told.Add((message, id, by));
        var count = _receipts[id] = _receipts.GetValueOrDefault(id) + 1;
        if (count > _conversations[message.Recipient].Count(other => MayHaveGot(other, message)))
            Fail($"{conversation} gets DELIVERED {id} {count} times");
    }

    /// <summary>Whether the message may have been handed over to a connection of its recipient.</summary>
    private bool MayHaveGot(Conversation conversation, MessageCommand message)
    {
        if (conversation.IsOverInOrder && conversation.Over < message.Sent)
            return false;
        // When the user has logged in anew, the earlier connection is over for the server too.
        return !_conversations[conversation.User].Exists(other => other.Login is { } login && login.Answered < message.Sent
            && (conversation.Login is { } earlier ? earlier.Made.By < login.Made.After : conversation.Over < login.Sent));
    }
}
