using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Writing;

/// <summary>
/// Counts the messages of each sender that wait for each recipient who has no session, for <see cref="LiveOptions.MaxPending"/>. What is
/// counted for a recipient is forgotten when it logs in. Runs on the writer thread.
/// </summary>
/// <remarks>
/// A count is never too high, so nobody is refused too early. It may be too low: the counts are in memory only, and they are bounded. When
/// there are too many pairs of sender and recipient, those with the fewest messages are forgotten, so that messages to many others do not
/// make the server forget who is at the limit.
/// </remarks>
internal sealed class PendingMessages(CurrentOptions current, SessionRegistry sessions)
{
    // 80 bytes each: at most some 6 MB.
    private const int MaxPairs = 65_536;

    private readonly Dictionary<(long Recipient, long Sender), Waiting> _pairs = [];

    // Where each recipient's chain of senders begins.
    private readonly Dictionary<long, long> _firstSender = [];

    /// <summary>Of how many pairs of sender and recipient messages are counted.</summary>
    public int Pairs => _pairs.Count;

    /// <summary>Whether messages to this recipient count: there is a limit, and the recipient has no session.</summary>
    public bool Counts(long recipient) => current.Live.MaxPending != int.MaxValue && !sessions.TryGetOnline(recipient, out _);

    /// <summary>Whether so many messages of a sender wait for a recipient that one more is refused.</summary>
    /// <param name="recipient">One for whom messages count.</param>
    /// <param name="sender">Who wants to send.</param>
    /// <param name="now">Unix seconds.</param>
    public bool IsFull(long recipient, long sender, long now)
    {
        ref var waiting = ref CollectionsMarshal.GetValueRefOrNullRef(_pairs, (recipient, sender));
        if (Unsafe.IsNullRef(ref waiting))
            return false;
        var limits = current.Live;
        // The first of them may be gone, and how many have followed it is not known. The clock may have been set back.
        if (limits.Retention is { } retention && Math.Abs(now - waiting.Since) >= retention.TotalSeconds)
            waiting.Messages = 0;
        return waiting.Messages >= limits.MaxPending;
    }

    /// <summary>Counts a message that was appended for a recipient for whom messages count.</summary>
    public void Add(long recipient, long sender, long now)
    {
        if (_pairs.Count >= MaxPairs && !_pairs.ContainsKey((recipient, sender)))
            MakeRoom();
        ref var waiting = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, (recipient, sender), out var isKnown);
        if (!isKnown)
            Chain(recipient, sender, ref waiting);
        if (waiting.Messages == 0)
            waiting.Since = now;
        waiting.Messages++;
    }

    /// <summary>A message that was appended is not stored after all; does nothing if it did not count.</summary>
    public void TakeBack(long recipient, long sender)
    {
        ref var waiting = ref CollectionsMarshal.GetValueRefOrNullRef(_pairs, (recipient, sender));
        if (!Unsafe.IsNullRef(ref waiting) && waiting.Messages > 0)
            waiting.Messages--;
    }

    /// <summary>Nothing waits for a recipient any more: it has logged in, or its account is closed for good.</summary>
    public void Forget(long recipient)
    {
        if (!_firstSender.Remove(recipient, out var sender))
            return;
        while (sender != 0 && _pairs.Remove((recipient, sender), out var waiting))
            sender = waiting.NextSender;
    }

    /// <summary>Forgets the half of the pairs that has the fewest messages.</summary>
    private void MakeRoom()
    {
        var pairs = _pairs.ToArray();
        Array.Sort(Array.ConvertAll(pairs, static pair => pair.Value.Messages), pairs);
        _pairs.Clear();
        _firstSender.Clear();
        foreach (var ((recipient, sender), kept) in pairs.AsSpan(pairs.Length / 2))
        {
            ref var waiting = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, (recipient, sender), out _);
            waiting = kept;
            Chain(recipient, sender, ref waiting);
        }
    }

    private void Chain(long recipient, long sender, ref Waiting waiting)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_firstSender, recipient, out _);
        waiting.NextSender = first;
        first = sender;
    }

    /// <summary>What waits of one sender for one recipient.</summary>
    private struct Waiting
    {
        /// <summary>The next sender in the recipient's chain; 0 at its end.</summary>
        public long NextSender;

        /// <summary>When the first of the messages was appended, in Unix seconds.</summary>
        public long Since;

        public int Messages;
    }
}
