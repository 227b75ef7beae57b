using System.Threading.Channels;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Writing;
using InternalChat.Protocol.Writing;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Delivery;

/// <summary>
/// Streams a session's mailbox from the log to it, as fast as its peer takes it: the one way in which messages reach a user who was
/// away or who reads slowly. The writer starts it, at most one a session, and hears of what was handed over and of the end, where it
/// makes the session live or starts the next stretch.
/// </summary>
internal sealed class CatchUp(IReaders readers, OperationQueue queue, ILogger logger)
{
    /// <summary>Streams messages in (<paramref name="after"/>, <paramref name="through"/>]. Returns at once.</summary>
    public void Start(Session session, long after, long through) => _ = RunAsync(session, after, through);

    private async Task RunAsync(Session session, long after, long through)
    {
        try
        {
            await session.Outbound.WhenWritable();
            await StreamAsync(session, after, through);
        }
        catch (StorageException exception)
        {
            LogMessages.CatchUpFailed(logger, exception.Message);
            session.RequestClose(CloseReason.LogUnreadable);
        }
        catch (Exception exception) when (exception is ChannelClosedException or OperationCanceledException)
        {
            // The engine has stopped; what was not handed over stays pending.
        }
#pragma warning disable CA1031 // Nobody awaits this task: a session must not wait for messages that will not come.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogMessages.CatchUpBroke(logger, exception);
            session.RequestClose(CloseReason.LogUnreadable);
        }
    }

    private async Task StreamAsync(Session session, long after, long through)
    {
        var stretch = new CatchUpStretch(session, after, through);
        var isAtEnd = false;
        while (!isAtEnd && !session.Outbound.IsClosed && !session.IsClosing)
        {
            var chunk = await readers.RunAsync(static (reader, stretch) => stretch.ReadChunk(reader), stretch);
            if (chunk is { Count: 0, ReachedEnd: 0 })
            {
                chunk.Release();
                continue;
            }

            session.Outbound.Flush();
            await session.Outbound.WhenWritable();
            // What the peer took before the end was handed over, and its senders are told.
            if (session.Outbound.IsClosed)
                chunk.KeepThrough(session.Delivery!.DeliveredThrough);
            // The chunk is the writer's once it is submitted.
            isAtEnd = chunk.ReachedEnd != 0;
            await queue.SubmitAsync(new Operation { Kind = OperationKind.HandedOver, Session = session, Payload = chunk });
        }
    }
}

/// <summary>The reading side of one stretch of a catch-up: log to outbound queue, chunk by chunk, on a reader's thread.</summary>
internal sealed class CatchUpStretch(Session session, long after, long through) : IStoredMessageSink
{
    // What a session that stops reading holds in memory beyond the transport's own buffers.
    private const int MaxChunkBytes = 32 * 1024;

    private MessageCursor? _cursor;
    private HandedOverChunk? _chunk;
    private int _chunkBytes;

    /// <summary>Appends the next messages to the session's outbound queue.</summary>
    /// <returns>What was appended, and whether that was the end; empty before the end if the store has to look further.</returns>
    public HandedOverChunk ReadChunk(IStoreReader reader)
    {
        _chunk = new HandedOverChunk();
        _chunkBytes = 0;
        _cursor ??= reader.ReadMailbox(session.AccountId, after, through);
        while (!_chunk.IsFull && _chunkBytes < MaxChunkBytes)
        {
            var count = _chunk.Count;
            if (!reader.Read(_cursor, this))
            {
                _chunk.ReachedEnd = through;
                break;
            }

            if (_chunk.Count == count)
                break;
        }

        return _chunk;
    }

    bool IStoredMessageSink.Accept(in StoredMessage message)
    {
        using (var scope = session.Outbound.Begin())
        {
            if (scope.Writer is not { } writer)
            {
                // Sealed or closed: what follows stays pending.
                _chunkBytes = MaxChunkBytes;
                return false;
            }

            ServerFrames.From(writer, message.Id, message.Sender, message.CreatedAt, message.Body);
            scope.Holds(message.Id);
        }

        _chunk!.Add(message.SenderId, message.Id);
        _chunkBytes += message.Body.Length + ServerFrames.MaxFromOverhead;
        return !_chunk.IsFull && _chunkBytes < MaxChunkBytes;
    }
}
