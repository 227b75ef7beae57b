using System.Globalization;

namespace InternalChat.Simulation.Tests.Clients;

/// <summary>A command with one fixed line as its reply.</summary>
internal class SimpleCommand(string line, string reply, params string[] errors) : Command(line, errors)
{
    protected override ReplyPart Accept(in Frame frame) => frame.Line == reply ? ReplyPart.Last : ReplyPart.None;
}

internal sealed class AuthCommand(User user, string password) : Command(
    $"AUTH {user.Name} {password}",
    "STORAGE", "SUSPENDED", "AUTH_FAILED", "AUTH_THROTTLED", "ALREADY_CONNECTED", "ALREADY_AUTHENTICATED", "BUSY")
{
    public User User => user;

    public string Password => password;

    public bool HasRegistered { get; private set; }

    protected override ReplyPart Accept(in Frame frame)
    {
        HasRegistered = frame.Line == "OK registered";
        return HasRegistered || frame.Line == "OK authenticated" ? ReplyPart.Last : ReplyPart.None;
    }
}

/// <summary>A message. Its body tells it from all others of the run.</summary>
internal sealed class MessageCommand(User sender, User recipient, int number, string body, Func<long, string?> bodyOf)
    : Command($"MSG {recipient.Name} {body}", "STORAGE", "SUSPENDED", "RATE_LIMIT", "UNKNOWN_TARGET", "BLOCKED", "MAILBOX_FULL")
{
    public User Sender => sender;

    public User Recipient => recipient;

    /// <summary>Its place among the messages of the run.</summary>
    public int Number => number;

    public string Body => body;

    /// <summary>What the server called it; 0 as long as that is not known.</summary>
    public long Id { get; private set; }

    /// <summary>It was answered with OK queued.</summary>
    public bool IsQueued { get; private set; }

    public override string ToString() => $"MSG {recipient.Name} #{number}";

    protected override ReplyPart Accept(in Frame frame)
    {
        IsQueued = frame.Line.StartsWith("OK queued ", StringComparison.Ordinal);
        if (!IsQueued && !frame.IsDelivered)
            return ReplyPart.None;
        if (bodyOf(frame.Id) != body)
            return ReplyPart.None;
        Id = frame.Id;
        return ReplyPart.Last;
    }
}

internal sealed class ReadCommand(User reader, long id)
    : SimpleCommand($"READ {id}", $"OK read {id}", "STORAGE", "SUSPENDED", "UNKNOWN_MESSAGE", "FORBIDDEN")
{
    public User Reader => reader;

    public long Id => id;
}

/// <summary>BLOCK or UNBLOCK.</summary>
internal sealed class BlockCommand(User blocker, User target, bool blocks) : SimpleCommand(
    $"{(blocks ? "BLOCK" : "UNBLOCK")} {target.Name}", $"OK {(blocks ? "blocked" : "unblocked")} {target.Name}",
    "STORAGE", "SUSPENDED", "UNKNOWN_TARGET")
{
    public User Blocker => blocker;

    public User Target => target;

    public bool Blocks => blocks;
}

internal sealed class HistoryCommand(User asker, User other, int limit)
    : Command($"HISTORY {other.Name} {limit}", "STORAGE", "UNKNOWN_TARGET")
{
    private int? _count;

    public User Asker => asker;

    public User Other => other;

    public int Limit => limit;

    /// <summary>The lines, oldest first.</summary>
    public List<(long Id, string Body)> Lines { get; } = [];

    protected override ReplyPart Accept(in Frame frame)
    {
        if (_count is null)
        {
            const string Prefix = "INFO history_count ";
            if (!frame.Line.StartsWith(Prefix, StringComparison.Ordinal))
                return ReplyPart.None;
            _count = int.Parse(frame.Line.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture);
        }
        else if (frame.Line.StartsWith("INFO history ", StringComparison.Ordinal))
            Lines.Add((frame.Id, frame.Body));
        else
            return ReplyPart.None;
        return Lines.Count == _count ? ReplyPart.Last : ReplyPart.More;
    }
}

/// <summary>LIST; its lines are short enough that each of the two lists is one.</summary>
internal sealed class ListCommand(User asker) : Command("LIST", "STORAGE")
{
    public User Asker => asker;

    public string[]? Online { get; private set; }

    public string[]? Known { get; private set; }

    protected override ReplyPart Accept(in Frame frame)
    {
        if (Online is null)
        {
            Online = Names(frame, "INFO online: ");
            return Online is null ? ReplyPart.None : ReplyPart.More;
        }

        Known = Names(frame, "INFO known: ");
        return Known is null ? ReplyPart.None : ReplyPart.Last;
    }

    private static string[]? Names(in Frame frame, string prefix) =>
        frame.Line.StartsWith(prefix, StringComparison.Ordinal) ? frame.Line[prefix.Length..].Split(", ") : null;
}
