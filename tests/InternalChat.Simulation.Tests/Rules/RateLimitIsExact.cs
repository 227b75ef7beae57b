using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>In any window at most so many messages of a user get past the rate limit, and none is refused while fewer have.</summary>
internal sealed class RateLimitIsExact(ISimulation simulation) : Rule(simulation)
{
    private readonly Dictionary<(User User, int Process), List<MessageCommand>> _messages = [];

    protected override string Name => "The rate limit is exact";

    public override void Sent(Conversation conversation, Command command)
    {
        if (command is MessageCommand message)
            Of(conversation).Add(message);
    }

    public override void Answered(Conversation conversation, Command command)
    {
        // The others may be last words to a connection whose commands are read no more.
        if (command is not MessageCommand message || !(HasPassed(message) || message.Error == "RATE_LIMIT"))
            return;
        if (Simulation.Plan.RateLimit is not { } limit)
        {
            if (message.Error == "RATE_LIMIT")
                Fail($"{message} of {message.Sender} is refused where there is no limit");
            return;
        }

        var (sent, answered) = (message.Sent.Ticks, message.Answered!.Value.Ticks);
        var others = Of(conversation).Where(other => other.Error is not ("RATE_LIMIT" or "NOT_AUTHENTICATED"));
        if (message.Error == "RATE_LIMIT")
        {
            // Time of the accepts: somewhere between sending and answer.
            var mayCount = others.Count(other =>
                other != message && other.Sent < message.Answered.Value
                && (other.Answered?.Ticks ?? long.MaxValue) > sent - limit.Window.Ticks);
            if (mayCount < limit.Messages)
                Fail($"{message} of {message.Sender} is refused after {mayCount} in the window");
            return;
        }

        var doCount = others.Count(other => HasPassed(other) && other.Answered!.Value.Ticks <= answered
            && answered - other.Sent.Ticks < limit.Window.Ticks);
        if (doCount > limit.Messages)
            Fail($"{message} of {message.Sender} is number {doCount} in a window");
    }

    private static bool HasPassed(MessageCommand message) =>
        message.IsDone || message.Error is "UNKNOWN_TARGET" or "BLOCKED" or "MAILBOX_FULL";

    private List<MessageCommand> Of(Conversation conversation)
    {
        var key = (conversation.User, conversation.Process);
        if (!_messages.TryGetValue(key, out var messages))
            _messages[key] = messages = [];
        return messages;
    }
}
