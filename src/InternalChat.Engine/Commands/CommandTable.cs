using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Engine.Commands;

/// <summary>A handler begins where the checks of <see cref="CommandRule"/> end.</summary>
internal delegate CommandStep CommandHandler(Session session, in Command command);

/// <summary>What holds before a command is handled.</summary>
/// <param name="NeedsAuthentication">Refused with NOT_AUTHENTICATED before AUTH.</param>
/// <param name="IsPipelined">Goes to the writer while earlier ones are still there; any other waits until none is.</param>
/// <param name="Handle">What it does.</param>
/// <param name="IsReading">Reads the store for a reply that may be long, and changes nothing.</param>
/// <param name="OnlyReplies">Does nothing that outlives its reply.</param>
internal sealed record CommandRule(
    bool NeedsAuthentication, bool IsPipelined, CommandHandler Handle, bool IsReading, bool OnlyReplies);

/// <summary>Every command with its preconditions.</summary>
internal sealed class CommandTable
{
    private readonly CommandRule?[] _rules = new CommandRule?[(int)CommandVerb.Quit + 1];

    public CommandTable(
        SessionCommands sessions, MessageCommands messages, HistoryCommand history, ListCommand list)
    {
        Add(CommandVerb.Hello, false, false, sessions.Hello);
        Add(CommandVerb.Auth, false, false, sessions.Auth);
        Add(CommandVerb.Ping, true, false, SessionCommands.Ping);
        Add(CommandVerb.Quit, false, false, SessionCommands.Quit);
        Add(CommandVerb.Msg, true, true, messages.Msg);
        Add(CommandVerb.Read, true, true, messages.Read);
        Add(CommandVerb.Block, true, true, messages.Block);
        Add(CommandVerb.Unblock, true, true, messages.Unblock);
        Add(CommandVerb.History, true, false, history.History, isReading: true);
        Add(CommandVerb.List, true, false, list.List, isReading: true);
    }

    public CommandRule this[CommandVerb verb] => _rules[(int)verb]!;

    private void Add(
        CommandVerb verb, bool needsAuthentication, bool isPipelined, CommandHandler handle, bool isReading = false) =>
        _rules[(int)verb] = new CommandRule(
            needsAuthentication, isPipelined, handle, isReading, OnlyReplies: isReading || verb == CommandVerb.Ping);
}
