using System.Buffers;
using System.Diagnostics;
using System.Text;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>
/// One sending client. One thread at a time sends and one at a time reads: the same one in the closed loop, in the open loop
/// <see cref="OpenLoopPacer"/> sends. The line is encoded once; a message patches its header and checksum.
/// </summary>
internal sealed class MessageSender : IConnectionHandler
{
    private readonly LoadRun _run;
    private readonly MessageOptions _options;
    private readonly uint _number;
    private readonly byte[] _line;
    private readonly int _bodyBytes;
    private readonly UnansweredSends _unanswered = new();
    private readonly HashSet<long> _rejected = [];
    private readonly LatencyRecorder _delivered;
    private readonly LatencyRecorder _queued;
    private long _sent;
    private long _answered;
    private long _rejectedCount;
    private long _queuedCount;
    private long _deliveredLater;
    private long _readReceipts;
    private long _lastAnsweredId;

    internal MessageSender(LoadConnection connection, LoadRun run, MessageOptions options, int number, string recipient)
    {
        Connection = connection;
        _run = run;
        _options = options;
        _number = (uint)number;
        _bodyBytes = options.BodyBytes;
        _delivered = run.Latencies.Recorder(LatencyKind.Delivered);
        _queued = run.Latencies.Recorder(LatencyKind.Queued);
        var body = new byte[_bodyBytes];
        MessageBody.WriteFiller(body);
        var line = new ArrayBufferWriter<byte>();
        ClientFrames.Msg(line, Encoding.UTF8.GetBytes(recipient), body);
        _line = line.WrittenSpan.ToArray();
    }

    internal LoadConnection Connection { get; }

    internal long Sent => Volatile.Read(ref _sent);

    /// <summary>Messages that the server has answered, rejected ones included.</summary>
    internal long Answered => Volatile.Read(ref _answered);

    /// <summary>Complete when nobody reads any more.</summary>
    internal IReadOnlySet<long> Rejected => _rejected;

    internal long Acknowledged => Answered - RejectedCount;

    internal long RejectedCount => Volatile.Read(ref _rejectedCount);

    /// <summary>Messages answered with OK queued whose DELIVERED has not come.</summary>
    internal long AwaitingDelivery => Volatile.Read(ref _queuedCount) - Volatile.Read(ref _deliveredLater);

    internal long ReadReceipts => Volatile.Read(ref _readReceipts);

    internal int Unanswered => _unanswered.Count;

    /// <summary>Appends one message; it goes out with the next flush of the connection.</summary>
    internal void Append(in SendTimes times)
    {
        var body = _line.AsSpan(_line.Length - 1 - _bodyBytes, _bodyBytes);
        MessageBody.Write(body, new BodyHeader(_run.Id, _number, _sent, times));
        _unanswered.Add(times);
        Volatile.Write(ref _sent, _sent + 1);
        Connection.Append(_line);
    }

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish()
    {
        _delivered.Flush();
        _queued.Flush();
    }

    /// <summary>Keeps the window of a closed loop full until the end.</summary>
    public bool OnDrained()
    {
        if (_options.MessagesPerSecond is not null)
            return false;
        var now = Stopwatch.GetTimestamp();
        var free = now < _run.Clock.End ? _options.Window - _unanswered.Count : 0;
        for (var i = 0; i < free; i++)
            Append(new SendTimes(now, now));
        return free > 0;
    }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
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

    private void Answer(long id, LatencyRecorder latencies)
    {
        _lastAnsweredId = id;
        if (!_unanswered.TryTake(out var times))
        {
            _run.Errors.Add("an answer to nothing that was sent");
            return;
        }

        if (_run.Clock.IsMeasured(times.IntendedAt))
            latencies.Record(times.SentAt, times.IntendedAt, Connection.ReceivedAt);
        Volatile.Write(ref _answered, _answered + 1);
    }

    private void Reject(in ServerFrame frame)
    {
        _run.Errors.Reject(frame.Error);
        if (!_unanswered.TryTake(out _))
            return;
        _rejected.Add(_answered);
        Volatile.Write(ref _rejectedCount, _rejectedCount + 1);
        Volatile.Write(ref _answered, _answered + 1);
    }
}
