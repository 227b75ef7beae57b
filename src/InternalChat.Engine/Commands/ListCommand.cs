using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Options;
using InternalChat.Engine.Outbound;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Versions;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Commands;

/// <summary>
/// LIST: who is online, as far as the user may know, and who is known, a line at a time. Both come from lists that all who ask share; while
/// its peer does not read, a reply holds the line that waits and the name at which it stands. Whatever takes longer the more users there
/// are is done by a reader: the caller's thread carries the bytes of others.
/// </summary>
internal sealed class ListCommand(
    Replies replies, CurrentOptions current, PresenceRule rule, KnownNames known, ReadingBudget budget, IReaders readers, ILogger logger)
{
    public CommandStep List(Session session, in Command command) => CommandStep.After(ReplyAsync(session));

    private async Task ReplyAsync(Session session)
    {
        if (!await budget.TryBeginAsync(session))
            return;
        var lines = 0;
        try
        {
            var online = new OnlineNames(session, await rule.KnownToAsync(session.User, current.Live.Presence));
            while (await readers.LongAsync(static (reader, online) => online.WriteLine(reader), online, session.AccountId))
            {
                lines = online.Lines;
                // What is left of a list must not look like a whole one.
                if (!await ReadingBudget.SendAsync(session))
                    return;
            }

            lines = online.Lines;
            await known.RefreshAsync(session.Wire);
            var last = default(UserName);
            for (var isMore = true; isMore; lines++)
            {
                if (lines > online.Lines && !await ReadingBudget.SendAsync(session))
                    return;
                isMore = known.AppendLine(session, ref last);
            }
        }
        catch (StorageException exception)
        {
            LogMessages.CommandNotRead(logger, exception.Message);
            replies.AppendError(session, ErrorCode.Storage);
        }
        finally
        {
            budget.Count(session, lines * ReadingBudget.CommandLines);
        }
    }
}

/// <summary>The names online of one LIST reply. Runs on a reader's thread.</summary>
internal sealed class OnlineNames(Session session, OnlineWalk walk) : INameSink
{
    private readonly SpillBuffer _line = new();
    private NameListWriter _names = session.Wire.OnlineNames();
    private bool _isFull;

    /// <summary>Lines that were written.</summary>
    public int Lines { get; private set; }

    /// <summary>Writes the next line, unless the store has been asked enough for now.</summary>
    /// <returns>Whether there is more.</returns>
    public bool WriteLine(IStoreReader reader)
    {
        _isFull = false;
        var isMore = walk.Read(reader, this);
        if (_isFull || (!isMore && (_line.Length > 0 || Lines == 0)))
            EndLine();
        return isMore;
    }

    bool INameSink.TryAdd(in UserName name)
    {
        _isFull = !_names.HasRoomFor(name);
        if (!_isFull)
            _names.Add(_line, name);
        return !_isFull;
    }

    private void EndLine()
    {
        _names.Complete(_line);
        Lines++;
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            _line.MoveTo(writer);
        else
            _line.Clear();
    }
}
