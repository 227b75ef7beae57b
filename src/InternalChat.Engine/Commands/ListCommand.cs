using System.Buffers;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Commands;

/// <summary>
/// LIST: who is online, as far as the user may know, and who is known, from the log page by page, so that any number of accounts needs
/// little memory.
/// </summary>
internal sealed class ListCommand(Replies replies, CurrentOptions current, PresenceRule rule, IReaders readers, ILogger logger)
{
    private const int PageSize = 1_000;

    // A page of names; what a peer that stops reading holds in memory of a long list.
    private const int ChunkBytes = 32 * 1024;

    public CommandStep List(Session session, in Command command) => CommandStep.After(ReplyAsync(session));

    private async Task ReplyAsync(Session session)
    {
        var lines = new ArrayBufferWriter<byte>(WireLimits.MaxServerLineBytes);
        try
        {
            if (await TryWriteOnlineAsync(session, lines))
                await WriteKnownAsync(session, lines);
        }
        catch (StorageException exception)
        {
            LogMessages.CommandNotRead(logger, exception.Message);
            replies.AppendError(session, ErrorCode.Storage);
        }
    }

    /// <returns>False where the session ends meanwhile: what is left of a list must not look like a whole one.</returns>
    private async Task<bool> TryWriteOnlineAsync(Session session, ArrayBufferWriter<byte> lines)
    {
        var online = await rule.KnownToAsync(session, current.Live.Presence);
        var names = online.ConvertAll(static user => user.UserName);
        names.Sort();
        var list = NameListWriter.Online();
        foreach (var name in names)
        {
            list.Add(lines, name);
            if (lines.WrittenCount < ChunkBytes)
                continue;
            await SendWholeLinesAsync(session, lines);
            if (IsEnding(session))
                return false;
        }

        list.Complete(lines);
        AppendWholeLines(session, lines);
        return true;
    }

    private async Task WriteKnownAsync(Session session, ArrayBufferWriter<byte> lines)
    {
        var list = NameListWriter.Known();
        var after = "";
        while (true)
        {
            var page = await readers.RunAsync(static (reader, after) => reader.ListUsernames(after, PageSize), after);
            foreach (var text in page)
            {
                // A file of the original may hold names that this protocol cannot address.
                if (UserName.TryParse(text, out var name))
                    list.Add(lines, name);
            }

            if (page.Count < PageSize)
                break;
            after = page[^1];
            await SendWholeLinesAsync(session, lines);
            if (IsEnding(session))
                return;
        }

        list.Complete(lines);
        AppendWholeLines(session, lines);
    }

    private static bool IsEnding(Session session) => session.Outbound.IsClosed || session.IsClosing;

    private static async Task SendWholeLinesAsync(Session session, ArrayBufferWriter<byte> lines)
    {
        AppendWholeLines(session, lines);
        session.Outbound.Flush();
        await session.Outbound.WhenWritable();
    }

    /// <summary>Moves what ends with a line end to the session, so that no push ever stands inside a line.</summary>
    private static void AppendWholeLines(Session session, ArrayBufferWriter<byte> lines)
    {
        var whole = lines.WrittenSpan.LastIndexOf((byte)'\n') + 1;
        using (var scope = session.Outbound.Begin())
            scope.Writer?.Write(lines.WrittenSpan[..whole]);
        var rest = lines.WrittenSpan[whole..].ToArray();
        lines.ResetWrittenCount();
        lines.Write(rest);
    }
}
