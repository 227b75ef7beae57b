using System.Diagnostics;
using System.Runtime.InteropServices;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>One receiving client: checks every body, and answers with READ where that is asked for. One thread at a time.</summary>
internal sealed class MessageReceiver : IConnectionHandler
{
    private readonly LoadRun _run;
    private readonly MessageOptions _options;
    private readonly Dictionary<uint, SequenceChecker> _sequences = [];
    private LoadConnection? _connection;
    private long _received;
    private readonly LatencyRecorder _endToEnd;
    private readonly LatencyRecorder _readAnswers;
    private readonly Queue<long> _readsUnanswered = new();
    private long _readsSent;
    private long _readsAnswered;
    private double _readsDue;
    private bool _isLeaving;

    internal MessageReceiver(MessageRecipient recipient, LoadRun run, MessageOptions options)
    {
        Recipient = recipient;
        _run = run;
        _options = options;
        _endToEnd = run.Latencies.Recorder(LatencyKind.FromEndToEnd);
        _readAnswers = run.Latencies.Recorder(LatencyKind.Read);
    }

    internal MessageRecipient Recipient { get; }

    /// <summary>Of all senders. Complete when nobody reads any more, as the next.</summary>
    internal IEnumerable<SequenceChecker> Sequences => _sequences.Values;

    /// <summary>Different messages of this run that have arrived.</summary>
    internal long Received => Volatile.Read(ref _received);

    /// <summary>In Stopwatch ticks.</summary>
    internal long LastReceivedAt { get; private set; }

    internal long Corrupted { get; private set; }

    /// <summary>Intact messages of an earlier run that were still pending.</summary>
    internal long OfOtherRuns { get; private set; }

    /// <summary>What a sender's messages were; a new one for a sender of whom nothing has arrived.</summary>
    internal SequenceChecker SequenceOf(uint sender) => _sequences.GetValueOrDefault(sender) ?? new SequenceChecker();

    /// <summary>This, for the connection that it logs in with.</summary>
    internal MessageReceiver On(LoadConnection connection)
    {
        (_connection, _isLeaving) = (connection, false);
        return this;
    }

    /// <summary>What still arrives on this connection is not answered any more.</summary>
    internal void Leave() => _isLeaving = true;

    internal long ReadsSent => Volatile.Read(ref _readsSent);

    internal long ReadsAnswered => Volatile.Read(ref _readsAnswered);

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish()
    {
        _endToEnd.Flush();
        _readAnswers.Flush();
    }

    /// <summary>Of the receiving user, once <see cref="On"/> was called.</summary>
    internal LoadConnection Connection => _connection ?? throw new InvalidOperationException("the recipient is not logged in");

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

        if (header.Sender >= _options.Pairs || frame.Text.Length != _options.BodyBytes)
        {
            Corrupted++;
            return;
        }

        _run.Ledger?.Receive(frame.Id, Recipient.Name);
        ref var sequence = ref CollectionsMarshal.GetValueRefOrAddDefault(_sequences, header.Sender, out _);
        sequence ??= new SequenceChecker();
        if (sequence.Observe(header.Sequence))
            Volatile.Write(ref _received, _received + 1);
        LastReceivedAt = now;
        // The time that a recipient was not there is no latency.
        if (_options is { MeasuresLatencies: true, To: not (MessageTopology.Offline or MessageTopology.Away) }
            && _run.Clock.IsMeasured(header.IntendedAt))
        {
            _endToEnd.Record(header.SentAt, header.IntendedAt, now);
        }

        if (IsToBeRead())
            SendRead(frame.Id);
    }

    /// <summary>One in so many, evenly.</summary>
    private bool IsToBeRead()
    {
        _readsDue += _options.ReadShare;
        if (_readsDue < 1 || _isLeaving)
            return false;
        _readsDue -= 1;
        return true;
    }

    private void SendRead(long id)
    {
        _readsUnanswered.Enqueue(Stopwatch.GetTimestamp());
        Volatile.Write(ref _readsSent, _readsSent + 1);
        ClientFrames.Read(Connection.Output, id);
    }
}

/// <summary>What became of the messages of the whole run, warm-up included.</summary>
internal static class MessageProof
{
    /// <summary>Nobody reads or sends any more.</summary>
    internal static IReadOnlyList<Check> Of(MessageClients clients)
    {
        var (senders, receivers) = (clients.Senders, clients.Receivers);
        return
        [
            new("sent", senders.Sum(sender => sender.Sent), CheckRule.Information),
            new("acknowledged", senders.Sum(sender => sender.Acknowledged), CheckRule.MustNotBeZero),
            new("rejected", senders.Sum(sender => sender.RejectedCount), CheckRule.Information),
            new("of_other_runs", receivers.Sum(receiver => receiver.OfOtherRuns), CheckRule.Information),
            new("unanswered", senders.Sum(sender => sender.Sent - sender.Answered), CheckRule.MustBeZero),
            new("lost", senders.Sum(sender => Lost(sender, receivers)), CheckRule.MustBeZero),
            new("duplicated", receivers.Sum(receiver => receiver.Sequences.Sum(sequence => sequence.Duplicated)), CheckRule.MustBeZero),
            new("reordered", receivers.Sum(receiver => receiver.Sequences.Sum(sequence => sequence.Reordered)), CheckRule.MustBeZero),
            new("corrupted", receivers.Sum(receiver => receiver.Corrupted), CheckRule.MustBeZero),
            new("missing_receipts", MissingReceipts(clients), CheckRule.MustBeZero),
        ];
    }

    private static long Lost(MessageSender sender, IReadOnlyList<MessageReceiver> receivers) => sender.Flows.Sum(
        flow => receivers[flow.Key].SequenceOf(sender.Number).CountLost(flow.Value.Answered, flow.Value.Rejected));

    /// <summary>DELIVERED of a queued message, or READ, that its sender never got.</summary>
    private static long MissingReceipts(MessageClients clients) =>
        clients.Senders.Sum(sender => Math.Max(0, sender.AwaitingDelivery))
        + Math.Max(0, clients.Receivers.Sum(receiver => receiver.ReadsSent) - clients.Senders.Sum(sender => sender.ReadReceipts));
}
