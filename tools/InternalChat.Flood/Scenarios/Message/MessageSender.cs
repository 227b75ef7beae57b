using System.Runtime.InteropServices;
using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>
/// One sending client. One thread at a time sends and one at a time reads: the same one in the closed loop, in the open loop
/// <see cref="OpenLoopPacer"/> sends. The body is encoded once; a message patches its header and checksum.
/// </summary>
internal sealed class MessageSender : IConnectionHandler, IPacedClient
{
    private readonly LoadRun _run;
    private readonly MessageOptions _options;
    private readonly Func<MessageRecipient> _choose;
    private readonly byte[] _bodyAndEnd;
    private readonly byte[] _name;
    private readonly UnansweredSends<(SendTimes Times, MessageFlow Flow)> _unanswered = new();
    private readonly Dictionary<int, MessageFlow> _flows = [];
    private readonly LatencyRecorder _delivered;
    private readonly LatencyRecorder _queued;
    private long _sent;
    private long _answered;
    private long _rejectedCount;
    private long _queuedCount;
    private long _deliveredLater;
    private long _readReceipts;
    private bool _asksForEarlier;
    private long _lastEarlierId;
    private long _lastAnsweredId;

    /// <param name="connection">Of the sending user.</param>
    /// <param name="run">What all clients share.</param>
    /// <param name="options">What to do.</param>
    /// <param name="number">Stands in the bodies.</param>
    /// <param name="choose">Who gets the next message; called by the thread that sends.</param>
    internal MessageSender(LoadConnection connection, LoadRun run, MessageOptions options, int number, Func<MessageRecipient> choose)
    {
        Connection = connection;
        Number = (uint)number;
        _name = Encoding.ASCII.GetBytes(connection.Account);
        _run = run;
        _options = options;
        _choose = choose;
        _delivered = run.Latencies.Recorder(LatencyKind.Delivered);
        _queued = run.Latencies.Recorder(LatencyKind.Queued);
        _bodyAndEnd = new byte[options.BodyBytes + 1];
        MessageBody.WriteFiller(_bodyAndEnd.AsSpan(..^1));
        _bodyAndEnd[^1] = (byte)'\n';
    }

    internal LoadConnection Connection { get; }

    internal uint Number { get; }

    /// <summary>By <see cref="MessageRecipient.Number"/>. Complete when nobody sends or reads any more.</summary>
    internal IReadOnlyDictionary<int, MessageFlow> Flows => _flows;

    internal long Sent => Volatile.Read(ref _sent);

    /// <summary>Messages that the server has answered, rejected ones included.</summary>
    internal long Answered => Volatile.Read(ref _answered);

    internal long Acknowledged => Answered - RejectedCount;

    internal long RejectedCount => Volatile.Read(ref _rejectedCount);

    /// <summary>Messages answered with OK queued whose DELIVERED has not come.</summary>
    internal long AwaitingDelivery => Volatile.Read(ref _queuedCount) - Volatile.Read(ref _deliveredLater);

    internal long ReadReceipts => Volatile.Read(ref _readReceipts);

    /// <summary>Grows whenever anything arrives.</summary>
    internal long Arrivals => Answered + Volatile.Read(ref _deliveredLater) + ReadReceipts;

    public int Unanswered => _unanswered.Count;

    public ValueTask FlushAsync() => Connection.FlushAsync();

    public void Append(in SendTimes times)
    {
        var recipient = _choose();
        ref var flow = ref CollectionsMarshal.GetValueRefOrAddDefault(_flows, recipient.Number, out _);
        flow ??= new MessageFlow(recipient);
        MessageBody.Write(_bodyAndEnd.AsSpan(..^1), new BodyHeader(_run.Id, Number, flow.Send(), times));
        _unanswered.Add((times, flow));
        Volatile.Write(ref _sent, _sent + 1);
        Connection.Append(recipient.Command);
        Connection.Append(_bodyAndEnd);
    }

    /// <summary>
    /// Asks for the last message to somebody, before the first is sent. What an earlier run has left there may be handed over during this
    /// one, and only by its id can a DELIVERED for it be told from the answer to a message of this run.
    /// </summary>
    /// <exception cref="ChatConnectionException">The connection is gone.</exception>
    internal ValueTask AskForEarlierAsync(MessageRecipient recipient)
    {
        _asksForEarlier = true;
        ClientFrames.History(Connection.Output, recipient.Name, limit: 1);
        return Connection.FlushAsync();
    }

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish()
    {
        _delivered.Flush();
        _queued.Flush();
    }

    /// <summary>Keeps the window of a closed loop full until the end.</summary>
    public bool OnDrained() => _options.Rate is null && ClosedLoop.Fill(this, _options.Window, _run.Clock);

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        // Replies keep the order of their commands.
        if (_asksForEarlier)
        {
            HearOfEarlier(frame);
            return true;
        }

        switch (frame.Kind)
        {
            case ServerFrameKind.Delivered when frame.Id <= _lastEarlierId:
                break;
            // Ids of replies increase, so a DELIVERED that is not above the last is the later one of a message that was queued.
            case ServerFrameKind.Delivered when frame.Id > _lastAnsweredId:
                Answer(frame.Id, _delivered);
                break;
            case ServerFrameKind.Delivered:
                Volatile.Write(ref _deliveredLater, _deliveredLater + 1);
                break;
            case ServerFrameKind.OkQueued:
                Volatile.Write(ref _queuedCount, _queuedCount + 1);
                Answer(frame.Id, _queued);
                break;
            case ServerFrameKind.Read:
                Volatile.Write(ref _readReceipts, _readReceipts + 1);
                break;
            case ServerFrameKind.Error:
                Reject(frame);
                break;
        }

        return true;
    }

    private void HearOfEarlier(in ServerFrame frame)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.HistoryCount when frame.Id == 0:
                _asksForEarlier = false;
                break;
            case ServerFrameKind.History:
                _lastEarlierId = frame.Id;
                _asksForEarlier = false;
                break;
            case ServerFrameKind.Error:
                _run.Errors.Reject(frame.Error);
                _asksForEarlier = false;
                break;
        }
    }

    private void Answer(long id, LatencyRecorder latencies)
    {
        _lastAnsweredId = id;
        if (!_unanswered.TryTake(out var message))
        {
            _run.Errors.Add("an answer to nothing that was sent");
            return;
        }

        if (_options.MeasuresLatencies && _run.Clock.IsMeasured(message.Times.IntendedAt))
            latencies.Record(message.Times.SentAt, message.Times.IntendedAt, Connection.ReceivedAt);
        message.Flow.Acknowledge();
        _run.Ledger?.Acknowledge(id, _name, message.Flow.Recipient.Name);
        Volatile.Write(ref _answered, _answered + 1);
    }

    private void Reject(in ServerFrame frame)
    {
        _run.Errors.Reject(frame.Error);
        if (!_unanswered.TryTake(out var message))
            return;
        message.Flow.Reject();
        Volatile.Write(ref _rejectedCount, _rejectedCount + 1);
        Volatile.Write(ref _answered, _answered + 1);
    }
}
