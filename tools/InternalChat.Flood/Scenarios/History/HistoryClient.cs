using System.Text;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.History;

/// <summary>
/// One user who asks for a conversation and checks every line of every reply. One thread at a time sends and one at a time reads: the
/// same one in the closed loop.
/// </summary>
internal sealed class HistoryClient : IConnectionHandler, IPacedClient, ICounterSource
{
    private readonly Conversation _conversation;
    private readonly LoadRun _run;
    private readonly HistoryOptions _options;
    private readonly byte[] _peer;
    private readonly long _expected;
    private readonly UnansweredSends<SendTimes> _unanswered = new();
    private readonly LatencyRecorder _latencies;
    private long _asked;
    private long _answered;
    private long _rejected;
    private long _linesLeft;
    private long _nextSequence;
    private long _lastId;

    /// <param name="conversation">Filled.</param>
    /// <param name="connection">Of the user who asks.</param>
    /// <param name="run">What all clients share.</param>
    /// <param name="options">What to do.</param>
    internal HistoryClient(Conversation conversation, LoadConnection connection, LoadRun run, HistoryOptions options)
    {
        Connection = connection;
        _conversation = conversation;
        _run = run;
        _options = options;
        _peer = Encoding.ASCII.GetBytes(conversation.Peer);
        _expected = Math.Min(options.Limit, conversation.Messages);
        _latencies = run.Latencies.Recorder(LatencyKind.History);
    }

    internal LoadConnection Connection { get; }

    public int Unanswered => _unanswered.Count;

    public ValueTask FlushAsync() => Connection.FlushAsync();

    internal long Asked => Volatile.Read(ref _asked);

    /// <summary>Replies that have arrived to their last line.</summary>
    internal long Answered => Volatile.Read(ref _answered);

    internal long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Replies with another number of messages than there are.</summary>
    internal long WrongCounts { get; private set; }

    /// <summary>Messages that were not the one that follows the one before.</summary>
    internal long OutOfOrder { get; private set; }

    /// <summary>Messages that are not, byte for byte, what was sent.</summary>
    internal long Corrupted { get; private set; }

    public void AddTo(CounterTotals totals) => totals.Add(Counter.Histories, Answered);

    public void Append(in SendTimes times)
    {
        _unanswered.Add(times);
        Volatile.Write(ref _asked, _asked + 1);
        ClientFrames.History(Connection.Output, _peer, _options.Limit);
    }

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish() => _latencies.Flush();

    /// <summary>Keeps the window of a closed loop full until the end.</summary>
    public bool OnDrained() => _options.Rate is null && ClosedLoop.Fill(this, _options.Window, _run.Clock);

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.HistoryCount:
                Begin(frame.Id);
                break;
            case ServerFrameKind.History:
                Check(frame);
                if (--_linesLeft == 0)
                    Answer();
                break;
            case ServerFrameKind.Error:
                _run.Errors.Reject(frame.Error);
                if (_unanswered.TryTake(out _))
                    Volatile.Write(ref _rejected, _rejected + 1);
                break;
        }

        return true;
    }

    private void Begin(long lines)
    {
        // A reply before this one that was not complete has had the wrong number of lines.
        if (lines != _expected || _linesLeft != 0)
            WrongCounts++;
        (_linesLeft, _nextSequence, _lastId) = (lines, _conversation.Messages - lines, 0);
        if (lines == 0)
            Answer();
    }

    private void Check(in ServerFrame frame)
    {
        if (!_conversation.TryRead(frame, out var sequence))
            Corrupted++;
        else if (sequence != _nextSequence || frame.Id <= _lastId)
            OutOfOrder++;
        _nextSequence++;
        _lastId = frame.Id;
    }

    private void Answer()
    {
        if (!_unanswered.TryTake(out var asked))
        {
            _run.Errors.Add("an answer to nothing that was asked");
            return;
        }

        if (_run.Clock.IsMeasured(asked.IntendedAt))
            _latencies.Record(asked.SentAt, asked.IntendedAt, Connection.ReceivedAt);
        Volatile.Write(ref _answered, _answered + 1);
    }
}
