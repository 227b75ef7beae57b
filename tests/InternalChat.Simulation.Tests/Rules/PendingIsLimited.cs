using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// While a recipient has no session, so many messages of a sender are kept for it and no more; and none is refused while fewer wait. Each
/// process counts anew.
/// </summary>
internal sealed class PendingIsLimited(ISimulation simulation) : Rule(simulation)
{
    private readonly Dictionary<(User Sender, User Recipient, int Process), List<MessageCommand>> _messages = [];
    private readonly Dictionary<(User User, int Process), List<AuthCommand>> _logins = [];

    protected override string Name => "So much waits for somebody absent";

    public override void Sent(Conversation conversation, Command command)
    {
        if (command is MessageCommand message)
            Of(message).Add(message);
        else if (command is AuthCommand login)
            LoginsOf(login.User, conversation.Process).Add(login);
    }

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is not MessageCommand message)
            return;
        if (message.Error == "MAILBOX_FULL")
            CheckRefused(message);
        else if (message.IsQueued)
            CheckKept(message);
    }

    private void CheckRefused(MessageCommand message)
    {
        var logins = LoginsOf(message.Recipient, message.SentOn!.Process)
            .Where(login => login.IsDone && login.Answered!.Value < message.Sent)
            .ToList();
        // What was answered with DELIVERED has not waited.
        var mayWait = Of(message).Count(other =>
            other != message && (other.IsQueued || !other.IsAnswered) && other.Sent < message.Answered!.Value
            && !logins.Exists(login => other.Answered is { } answered && answered < login.Sent));
        if (mayWait < Simulation.Plan.MaxPending)
            Fail($"{message} of {message.Sender} is refused while {mayWait} wait");
    }

    private void CheckKept(MessageCommand message)
    {
        var absent = default(Moment);
        foreach (var login in LoginsOf(message.Recipient, message.SentOn!.Process))
        {
            if (login.Error is not null || login.Sent > message.Answered!.Value)
                continue;
            if (EndOf(login) is not { } end || end > message.Sent)
                return;
            absent = end > absent ? end : absent;
        }

        // Replies of one connection are in order; what another one of the sender's got in between counts too.
        var wait = Of(message).Count(other => other.IsDone && other.Sent > absent);
        if (wait > Simulation.Plan.MaxPending)
            Fail($"{message} of {message.Sender} is kept, the {wait}th while {message.Recipient} is absent");
    }

    /// <summary>When the session that a login may have begun was over for certain; null if that is not known.</summary>
    private Moment? EndOf(AuthCommand login)
    {
        if (login.SentOn!.IsOverInOrder)
            return login.SentOn.Over;
        // There is one session at a time: a later one tells of the end of this one.
        return login.IsDone
            ? LoginsOf(login.User, login.SentOn.Process).Find(later => later.IsDone && later.Made.After > login.Made.By)?.Answered
            : null;
    }

    private List<MessageCommand> Of(MessageCommand message)
    {
        var key = (message.Sender, message.Recipient, message.SentOn!.Process);
        if (!_messages.TryGetValue(key, out var messages))
            _messages[key] = messages = [];
        return messages;
    }

    private List<AuthCommand> LoginsOf(User user, int process)
    {
        if (!_logins.TryGetValue((user, process), out var logins))
            _logins[(user, process)] = logins = [];
        return logins;
    }
}
