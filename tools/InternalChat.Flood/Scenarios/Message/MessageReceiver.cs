using System.Diagnostics;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>One receiving client: checks every body, and answers with READ where that is asked for. One thread at a time.</summary>
internal sealed class MessageReceiver : IConnectionHandler
{
    private readonly LoadRun _run;
    private readonly MessageOptions _options;
    private readonly uint _expectedSender;
    private readonly LatencyRecorder _endToEnd;
    private readonly LatencyRecorder _readAnswers;
    private readonly Queue<long> _readsUnanswered = new();
    private long _readsSent;
    private long _readsAnswered;

    internal MessageReceiver(LoadConnection connection, LoadRun run, MessageOptions options, int expectedSender)
    {
        Connection = connection;
        _run = run;
        _options = options;
        _expectedSender = (uint)expectedSender;
        _endToEnd = run.Latencies.Recorder(LatencyKind.FromEndToEnd);
        _readAnswers = run.Latencies.Recorder(LatencyKind.Read);
    }

    internal LoadConnection Connection { get; }

    internal SequenceChecker Sequence { get; } = new();

    internal long Corrupted { get; private set; }

    /// <summary>Intact messages of an earlier run that were still pending.</summary>
    internal long OfOtherRuns { get; private set; }

    internal long ReadsSent => Volatile.Read(ref _readsSent);

    internal long ReadsAnswered => Volatile.Read(ref _readsAnswered);

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish()
    {
        _endToEnd.Flush();
        _readAnswers.Flush();
    }

    public bool OnDrained() => Connection.UnflushedBytes > 0;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.From:
                Receive(frame);
                break;
            case ServerFrameKind.OkRead when _readsUnanswered.TryDequeue(out var sentAt):
                if (_run.Clock.IsMeasured(sentAt))
                    _readAnswers.Record(sentAt, sentAt, Connection.ReceivedAt);
                Volatile.Write(ref _readsAnswered, _readsAnswered + 1);
                break;
            case ServerFrameKind.Error:
                _readsUnanswered.TryDequeue(out _);
                _run.Errors.Reject(frame.Error);
                break;
        }

        return true;
    }

    private void Receive(in ServerFrame frame)
    {
        var now = Connection.ReceivedAt;
        if (!MessageBody.TryRead(frame.Text, out var header))
        {
            Corrupted++;
            return;
        }

        if (header.Run != _run.Id)
        {
            OfOtherRuns++;
            return;
        }

        if (header.Sender != _expectedSender || frame.Text.Length != _options.BodyBytes)
        {
            Corrupted++;
            return;
        }

        Sequence.Observe(header.Sequence);
        if (_run.Clock.IsMeasured(header.IntendedAt))
            _endToEnd.Record(header.SentAt, header.IntendedAt, now);
        if (!_options.ReadReceipts)
            return;
        _readsUnanswered.Enqueue(Stopwatch.GetTimestamp());
        Volatile.Write(ref _readsSent, _readsSent + 1);
        ClientFrames.Read(Connection.Output, frame.Id);
    }
}
