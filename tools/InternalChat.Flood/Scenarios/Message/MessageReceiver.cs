using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>One receiving client: checks every body, and answers with READ where that is asked for. One thread at a time.</summary>
internal sealed class MessageReceiver : IFrameReceiver
{
    private readonly ChatConnection _connection;
    private readonly MessageRun _run;
    private readonly uint _expectedSender;
    private readonly LatencyRecorder _endToEnd;
    private readonly LatencyRecorder _readAnswers;
    private readonly Queue<long> _readsUnanswered = new();
    private long _readsSent;
    private long _readsAnswered;

    internal MessageReceiver(ChatConnection connection, MessageRun run, int expectedSender)
    {
        _connection = connection;
        _run = run;
        _expectedSender = (uint)expectedSender;
        _endToEnd = new LatencyRecorder(run.EndToEnd);
        _readAnswers = new LatencyRecorder(run.ReadAnswers);
    }

    internal SequenceChecker Sequence { get; } = new();

    internal long Corrupted { get; private set; }

    /// <summary>Intact messages of an earlier run that were still pending.</summary>
    internal long OfOtherRuns { get; private set; }

    internal long ReceivedWhileMeasured { get; private set; }

    internal long ReadsSent => Volatile.Read(ref _readsSent);

    internal long ReadsAnswered => Volatile.Read(ref _readsAnswered);

    /// <summary>Ends when the connection does.</summary>
    internal async Task RunAsync()
    {
        while (await _connection.ReadAsync(this))
        {
            if (_connection.UnflushedBytes > 0)
                await _connection.FlushAsync();
        }
    }

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish()
    {
        _endToEnd.Flush();
        _readAnswers.Flush();
    }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.From:
                Receive(frame);
                break;
            case ServerFrameKind.OkRead when _readsUnanswered.TryDequeue(out var sentAt):
                if (_run.Clock.IsMeasured(sentAt))
                    _readAnswers.Record(Stopwatch.GetTimestamp() - sentAt);
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
        var now = Stopwatch.GetTimestamp();
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

        if (header.Sender != _expectedSender || frame.Text.Length != _run.Options.BodyBytes)
        {
            Corrupted++;
            return;
        }

        Sequence.Observe(header.Sequence);
        if (_run.Clock.IsMeasured(header.IntendedAt))
            _endToEnd.Record(now - header.IntendedAt);
        if (_run.Clock.IsMeasured(now))
            ReceivedWhileMeasured++;
        if (!_run.Options.ReadReceipts)
            return;
        _readsUnanswered.Enqueue(now);
        Volatile.Write(ref _readsSent, _readsSent + 1);
        ClientFrames.Read(_connection.Output, frame.Id);
    }
}
