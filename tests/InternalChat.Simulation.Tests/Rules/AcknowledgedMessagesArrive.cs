using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// What was acknowledged is stored, and reaches its recipient at least once; what was refused is never seen by anybody. What has no answer
/// when the server ends the connection in order was not done. Whoever ends a connection in order has got what was pending at its login.
/// </summary>
internal sealed class AcknowledgedMessagesArrive(ISimulation simulation) : Rule(simulation)
{
    private readonly HashSet<int> _seen = [];

    protected override string Name => "Acknowledged messages arrive, refused ones never";

    public override void Ended(Conversation conversation, bool inOrder)
    {
        if (!inOrder || conversation.IsAbandoned || conversation.Login is not { } login || !conversation.HasEndedItself)
            return;
        foreach (var message in Simulation.Messages.Where(message => message.Recipient == conversation.User && message.IsDone))
        {
            if (message.Answered < login.Sent && !_seen.Contains(message.Number))
                Fail($"{conversation} came to its end in order, and {message} of {message.Sender} was pending since before its login");
        }
    }

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is MessageCommand message && message.Error is not null && _seen.Contains(message.Number))
            Fail($"{message} of {message.Sender} was refused with {message.Error}, and {message.Recipient} has it");
        if (command is MessageCommand { IsDone: true } done && Simulation.Committed.Find(done.Id) is null)
            Fail($"{done} was acknowledged as {done.Id} and is not stored");
        if (command is HistoryCommand { IsDone: true } history)
            history.Lines.ForEach(line => See(line.Id, line.Body));
    }

    public override void Pushed(Conversation conversation, Frame frame)
    {
        if (!frame.IsFrom)
            return;
        var message = See(frame.Id, frame.Body);
        if (message is not null && (message.Recipient != conversation.User || message.Sender.Name != frame.Name))
            Fail($"{conversation} gets '{frame.Line}', which {message.Sender} sent to {message.Recipient}");
        if (message is not null)
            _seen.Add(message.Number);
    }

    public override void AtEnd()
    {
        foreach (var message in Simulation.Messages.Where(message => message.IsDone && !message.Recipient.IsDeleted))
        {
            if (!_seen.Contains(message.Number))
                Fail($"{message} of {message.Sender} was acknowledged as {message.Id} and has never arrived");
        }

        foreach (var stored in Simulation.Committed.Messages)
        {
            if (Simulation.MessageOf(stored.Body) is { IsAnswered: false, SentOn: { IsOverInOrder: true, IsAbandoned: false } } message)
                Fail($"{message} of {message.SentOn} is stored as {stored.Id}, and the connection ended in order without an answer");
        }
    }

    private MessageCommand? See(long id, string body)
    {
        var message = Simulation.MessageOf(body);
        if (message is null)
            Fail($"message {id} has a body that nobody sent: {body}");
        else if (message.Error is not null)
            Fail($"{message} of {message.Sender} was refused with {message.Error}, and is seen as {id}");
        else if (message.IsDone && message.Id != id)
            Fail($"{message} of {message.Sender} was acknowledged as {message.Id}, and is seen as {id}");
        return message;
    }
}
