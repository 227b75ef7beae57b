using System.Text;
using InternalChat.Flood.Connections;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Ledgers;

/// <summary>
/// Asks the server for the messages of one recipient, who has just logged in: takes what was pending until a PONG has nothing before
/// it, sends READ for every other message, and leaves. One thread at a time.
/// </summary>
internal sealed class RecipientVerification(LoadConnection connection, IReadOnlyList<AcknowledgedMessage> messages) : IConnectionHandler
{
    // Reads wait for the disk together; their answers fit in any buffer between.
    private const int Window = 256;

    private readonly HashSet<long> _pending = [];
    private readonly HashSet<long> _stored = [];
    private readonly Queue<AcknowledgedMessage> _asked = new();
    private readonly List<AcknowledgedMessage> _lost = [];
    private readonly SortedDictionary<string, int> _refusals = new(StringComparer.Ordinal);
    private Stage _stage;
    private bool _isQuiet;
    private int _next;

    private enum Stage
    {
        Start,
        AwaitingPong,
        Reading,
        Leaving,
    }

    internal bool IsComplete => _stage == Stage.Leaving;

    /// <summary>Ids of whatever arrived at this login, also of messages that are not in the ledger.</summary>
    internal IReadOnlySet<long> Pending => _pending;

    /// <summary>Ids that were answered with OK read.</summary>
    internal IReadOnlySet<long> Stored => _stored;

    internal IReadOnlyList<AcknowledgedMessage> Lost => _lost;

    /// <summary>READs that were answered with an error that proves nothing, by its code.</summary>
    internal IReadOnlyDictionary<string, int> Refusals => _refusals;

    public bool OnDrained()
    {
        if (_stage == Stage.Start)
            Ping();
        else if (_stage == Stage.Reading)
            Ask();
        return connection.UnflushedBytes > 0;
    }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.From:
                _pending.Add(frame.Id);
                _isQuiet = false;
                break;
            case ServerFrameKind.Pong when _isQuiet:
                _stage = Stage.Reading;
                break;
            case ServerFrameKind.Pong:
                Ping();
                break;
            case ServerFrameKind.OkRead when _asked.TryDequeue(out var message):
                _stored.Add(message.Id);
                break;
            case ServerFrameKind.Error when _asked.TryDequeue(out var message):
                Judge(frame.Error, message);
                break;
        }

        return true;
    }

    private void Ping()
    {
        (_stage, _isQuiet) = (Stage.AwaitingPong, true);
        ClientFrames.Ping(connection.Output);
    }

    private void Ask()
    {
        for (; _next < messages.Count && _asked.Count < Window; _next++)
        {
            if (_pending.Contains(messages[_next].Id))
                continue;
            _asked.Enqueue(messages[_next]);
            ClientFrames.Read(connection.Output, messages[_next].Id);
        }

        if (_asked.Count > 0)
            return;
        _stage = Stage.Leaving;
        ClientFrames.Quit(connection.Output);
    }

    private void Judge(ErrorCode error, AcknowledgedMessage message)
    {
        // FORBIDDEN: the id belongs to a message for somebody else by now.
        if (error is ErrorCode.UnknownMessage or ErrorCode.Forbidden)
        {
            _lost.Add(message);
            return;
        }

        var code = Encoding.ASCII.GetString(WireErrors.Code(error));
        _refusals[code] = _refusals.GetValueOrDefault(code) + 1;
    }
}
