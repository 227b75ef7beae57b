using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Engine.Commands;

/// <summary>A handler begins where the checks of <see cref="CommandRule"/> end.</summary>
internal delegate CommandStep CommandHandler(Session session, in Command command);

/// <summary>A command's handler, and what holds before it.</summary>
/// <param name="Handle">What it does.</param>
/// <param name="NeedsAuthentication">Refused with NOT_AUTHENTICATED before AUTH.</param>
/// <param name="IsPipelined">Goes to the writer while earlier ones are still there; any other waits until none is.</param>
/// <param name="IsReading">Reads the store for a reply that may be long, and changes nothing.</param>
/// <param name="OnlyReplies">Does nothing that outlives its reply.</param>
internal sealed record CommandRule(
    CommandHandler Handle, bool NeedsAuthentication = true, bool IsPipelined = false, bool IsReading = false, bool OnlyReplies = false);

/// <summary>Every command with its preconditions.</summary>
internal sealed class CommandTable
{
    private readonly CommandRule?[] _rules = new CommandRule?[Enum.GetValues<CommandVerb>().Length];

    public CommandTable(
        SessionCommands sessions, MessageCommands messages, HistoryCommand history, ListCommand list)
    {
        this[CommandVerb.Hello] = new(sessions.Hello, NeedsAuthentication: false);
        this[CommandVerb.Auth] = new(sessions.Auth, NeedsAuthentication: false);
        this[CommandVerb.Ping] = new(SessionCommands.Ping, OnlyReplies: true);
        this[CommandVerb.Quit] = new(SessionCommands.Quit, NeedsAuthentication: false);
        this[CommandVerb.Msg] = new(messages.Msg, IsPipelined: true);
        this[CommandVerb.Read] = new(messages.Read, IsPipelined: true);
        this[CommandVerb.Block] = new(messages.Block, IsPipelined: true);
        this[CommandVerb.Unblock] = new(messages.Unblock, IsPipelined: true);
        this[CommandVerb.History] = new(history.History, IsReading: true, OnlyReplies: true);
        this[CommandVerb.List] = new(list.List, IsReading: true, OnlyReplies: true);
        foreach (var verb in Enum.GetValues<CommandVerb>())
        {
            if (verb != CommandVerb.None && this[verb] is null)
                throw new InvalidOperationException($"The command {verb} has no rule.");
        }
    }

    public CommandRule this[CommandVerb verb]
    {
        get => _rules[(int)verb]!;
        private set => _rules[(int)verb] = value;
    }
}
