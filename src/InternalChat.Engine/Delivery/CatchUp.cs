using System.Threading.Channels;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Outbound;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
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
            if (session.Outbound.IsCongested)
                session.Delivery!.Given(PendingGiven.Enough);
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
        var before = session.Outbound.Position().Bytes;
        while (!isAtEnd && !session.Outbound.IsClosed && !session.IsClosing)
        {
            var chunk = await readers.LongAsync(static (reader, stretch) => stretch.ReadChunk(reader), stretch, session.AccountId);
            if (chunk is { Count: 0, ReachedEnd: 0 })
            {
                chunk.Release();
                continue;
            }

            session.Outbound.Flush();
            var streamed = session.Outbound.Position().Bytes - before;
            // No command waits for a peer that is slow at taking its messages: it may be waiting for the reply.
            if (streamed >= CatchUpStretch.MaxChunkBytes || chunk.ReachedEnd != 0 || session.Outbound.IsCongested)
                session.Delivery!.Given(PendingGiven.Enough);
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
    /// <summary>What a session that stops reading holds in memory beyond the transport's own buffers.</summary>
    public const int MaxChunkBytes = 32 * 1024;

    // What is left of the messages that the store has found, and what it finds next: enough for a chunk if it finds many at a time. If it
    // finds few, for most are gone, others have their turn first.
    private const int ReadsInSlice = 2;

    private MessageCursor? _cursor;
    private HandedOverChunk? _chunk;
    private int _chunkBytes;

    private bool IsChunkFull => _chunk!.IsFull || _chunkBytes >= MaxChunkBytes;

    /// <summary>Appends the next messages to the session's outbound queue.</summary>
    /// <returns>What was appended, and whether that was the end; may be empty before the end, for the store looks in slices.</returns>
    public HandedOverChunk ReadChunk(IStoreReader reader)
    {
        _chunk = new HandedOverChunk();
        _chunkBytes = 0;
        _cursor ??= reader.ReadMailbox(session.AccountId, after, through);
        try
        {
            ReadInto(_chunk, reader, _cursor);
        }
        catch (StorageException) when (_chunk.Count > 0)
        {
            // The senders of what was appended are told first; the next call goes on behind that, or fails.
        }

        return _chunk;
    }

    private void ReadInto(HandedOverChunk chunk, IStoreReader reader, MessageCursor cursor)
    {
        for (var reads = 0; reads < ReadsInSlice && !IsChunkFull; reads++)
        {
            if (!reader.Read(cursor, this))
            {
                chunk.ReachedEnd = through;
                break;
            }

            if (chunk.Count == 0)
                break;
        }
    }

    bool IStoredMessageSink.Accept(in StoredMessage message)
    {
        using (var scope = session.Outbound.Begin(FrameClass.Backlog))
        {
            if (scope.Writer is not { } writer)
            {
                // Sealed or closed: what follows stays pending.
                _chunkBytes = MaxChunkBytes;
                return false;
            }

            session.Wire.From(writer, message.Id, message.Sender, message.CreatedAt, message.Body);
            scope.Holds(message.Id);
        }

        _chunk!.Add(message.SenderId, message.Id);
        _chunkBytes += message.Body.Length + session.Wire.MaxFromOverhead;
        return !IsChunkFull;
    }
}
