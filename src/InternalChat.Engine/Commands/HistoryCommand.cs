using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Commands;

/// <summary>HISTORY: read from the log on a reader's thread, in chunks that wait for the peer.</summary>
internal sealed class HistoryCommand(Replies replies, ReadingBudget budget, IReaders readers, ILogger logger)
{
    public CommandStep History(Session session, in Command command)
    {
        if (!UserName.TryParse(command.First, out var target))
            return replies.Error(session, ErrorCode.InvalidTarget);
        var limit = (int)Math.Clamp(command.Number, 1, WireLimits.MaxHistory);
        return CommandStep.After(ReplyAsync(session, target, limit));
    }

    private async Task ReplyAsync(Session session, UserName target, int limit)
    {
        if (!await budget.TryBeginAsync(session))
            return;
        var page = new HistoryPage(session, target, limit);
        try
        {
            if (!await readers.ShortAsync(static (reader, page) => page.Find(reader), page, session.AccountId))
            {
                replies.AppendError(session, ErrorCode.UnknownTarget);
                return;
            }

            while (await readers.ShortAsync(static (reader, page) => page.WriteChunk(reader), page, session.AccountId))
            {
                if (!await ReadingBudget.SendAsync(session))
                    return;
            }

            // Removed since they were counted, by retention or an erasure: the peer, which waits for them, is told to ask again.
            if (page.LacksMessages)
                replies.AppendError(session, ErrorCode.Storage);
        }
        catch (StorageException exception)
        {
            LogMessages.CommandNotRead(logger, exception.Message);
            // Behind a whole reply it would be taken for the next command's.
            if (!page.IsWhole)
                replies.AppendError(session, ErrorCode.Storage);
        }
        finally
        {
            budget.Count(session, page.Written);
        }
    }
}

/// <summary>The messages of one HISTORY reply. Runs on a reader's thread.</summary>
internal sealed class HistoryPage(Session session, UserName target, int limit) : IStoredMessageSink
{
    private const int MaxChunkBytes = 32 * 1024;

    private ConversationPage? _page;
    private bool _isCounted;
    private int _chunkBytes;

    /// <summary>Messages that were written.</summary>
    public int Written { get; private set; }

    /// <summary>Fewer were written than were counted, once all were read.</summary>
    public bool LacksMessages => Written < _page?.Count;

    /// <summary>All that was counted was written.</summary>
    public bool IsWhole => _isCounted && !LacksMessages;

    /// <summary>Finds the messages and writes their count.</summary>
    /// <returns>False where there is no such user; then nothing was written.</returns>
    public bool Find(IStoreReader reader)
    {
        if (target != session.UserName)
        {
            if (reader.FindAccount(target.ToString()) is not { } account)
                return false;
            _page = reader.FindConversation(session.AccountId, account.Id, limit);
        }

        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            session.Wire.HistoryCount(writer, _page?.Count ?? 0);
        _isCounted = true;
        return true;
    }

    /// <summary>Writes the next messages.</summary>
    /// <returns>Whether there are more.</returns>
    public bool WriteChunk(IStoreReader reader)
    {
        _chunkBytes = 0;
        return _page is not null && reader.Read(_page, this);
    }

    bool IStoredMessageSink.Accept(in StoredMessage message)
    {
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            session.Wire.History(writer, message.Id, message.Sender, message.CreatedAt, message.Body);
        Written++;
        _chunkBytes += message.Body.Length;
        return _chunkBytes < MaxChunkBytes;
    }
}
