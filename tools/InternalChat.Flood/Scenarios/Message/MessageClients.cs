using System.Text;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>All senders and recipients of a run.</summary>
internal sealed class MessageClients(IReadOnlyList<MessageSender> senders, IReadOnlyList<MessageReceiver> receivers) : ICounterSource
{
    internal IReadOnlyList<MessageSender> Senders { get; } = senders;

    /// <summary>By <see cref="MessageRecipient.Number"/>.</summary>
    internal IReadOnlyList<MessageReceiver> Receivers { get; } = receivers;

    internal long Received => Receivers.Sum(receiver => receiver.Received);

    internal bool IsAnswered => Senders.All(sender => sender.Sent == sender.Answered);

    /// <summary>Whether everything that was sent has had all its consequences.</summary>
    internal bool IsSettled =>
        IsAnswered
        && Senders.All(sender => sender.AwaitingDelivery == 0)
        && Received >= Senders.Sum(sender => sender.Acknowledged)
        && Receivers.All(receiver => receiver.ReadsAnswered == receiver.ReadsSent)
        && Senders.Sum(sender => sender.ReadReceipts) >= Receivers.Sum(receiver => receiver.ReadsSent);

    /// <summary>Grows whenever anything arrives on either side.</summary>
    internal long Progress =>
        Senders.Sum(sender => sender.Arrivals) + Receivers.Sum(receiver => receiver.Received + receiver.ReadsAnswered);

    public void AddTo(CounterTotals totals)
    {
        foreach (var sender in Senders)
        {
            totals.Add(Counter.Sent, sender.Sent);
            totals.Add(Counter.Acknowledged, sender.Acknowledged);
        }

        foreach (var receiver in Receivers)
        {
            totals.Add(Counter.Received, receiver.Received);
            totals.Add(Counter.Reads, receiver.ReadsAnswered);
        }
    }

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish()
    {
        foreach (var sender in Senders)
            sender.Finish();
        foreach (var receiver in Receivers)
            receiver.Finish();
    }
}

/// <summary>
/// The messages from one sender to one recipient: their order is what the server promises. What is sent is counted by the thread that
/// sends, what is answered by the one that reads.
/// </summary>
internal sealed class MessageFlow(MessageRecipient recipient)
{
    private HashSet<long>? _rejected;

    internal MessageRecipient Recipient { get; } = recipient;

    internal long Sent { get; private set; }

    /// <summary>Rejected ones included.</summary>
    internal long Answered { get; private set; }

    /// <summary>Sequence numbers of those that the server has not accepted.</summary>
    internal IReadOnlySet<long> Rejected => _rejected ?? (IReadOnlySet<long>)System.Collections.Frozen.FrozenSet<long>.Empty;

    /// <returns>The message's sequence number.</returns>
    internal long Send() => Sent++;

    internal void Acknowledge() => Answered++;

    internal void Reject() => (_rejected ??= []).Add(Answered++);
}

/// <summary>Somebody to send to. Immutable; all senders share it.</summary>
internal sealed class MessageRecipient(int number, string account)
{
    internal int Number { get; } = number;

    internal string Account { get; } = account;

    internal byte[] Name { get; } = Encoding.ASCII.GetBytes(account);

    /// <summary>What stands before the body.</summary>
    internal byte[] Command { get; } = Encoding.ASCII.GetBytes($"MSG {account} ");
}

/// <summary>Who gets the messages.</summary>
internal enum MessageTopology
{
    /// <summary>Each sender has a recipient of its own.</summary>
    Pair,

    /// <summary>All senders have the same recipient.</summary>
    Hot,

    /// <summary>Each message goes to any recipient, to a few of them often and to most seldom.</summary>
    Zipf,

    /// <summary>As <see cref="Pair"/>, but the recipients are logged off until the load has ended.</summary>
    Offline,

    /// <summary>As <see cref="Offline"/>, but the recipients look in now and then: they log in, take what waits, and leave.</summary>
    Away,
}

/// <summary>Zipf's law: of <paramref name="count"/> things the one of rank k is chosen with a weight of 1/k^exponent. Any thread.</summary>
/// <param name="count">At least 1.</param>
/// <param name="exponent">0 for an even choice; about 1 for what people do.</param>
internal sealed class ZipfDistribution(int count, double exponent)
{
    private readonly double[] _cumulated = Cumulate(count, exponent);

    /// <summary>A rank, from 0.</summary>
    internal int Next(Random random)
    {
        var index = Array.BinarySearch(_cumulated, random.NextDouble() * _cumulated[^1]);
        return Math.Min(index < 0 ? ~index : index, _cumulated.Length - 1);
    }

    private static double[] Cumulate(int count, double exponent)
    {
        var sums = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            sums[i] = sum += Math.Pow(i + 1, -exponent);
        return sums;
    }
}
