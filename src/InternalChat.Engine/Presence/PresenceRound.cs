using System.Buffers;
using System.Diagnostics;
using InternalChat.Engine.Outbound;
using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Presence;

/// <summary>
/// What there is to tell of one window: encoded once for each wire format that is listened in, one append and one flush for each session.
/// A session hears of the changes that came after its own login, itself left out, and those of whom it may not know. Of users who changed
/// once that is one slice of the encoded frames, and one more for each that is left out; one who came back, or went again, is mentioned
/// only to those who logged in between.
/// </summary>
/// <remarks>Any thread, one at a time.</remarks>
internal sealed class PresenceRound
{
    private static readonly Dictionary<long, int[]> NoPlaces = [];

    // Users who changed once, in order, and the place of each.
    private readonly PresenceChange[] _single;
    private readonly Dictionary<long, int> _places;
    private readonly UserChanges[] _flaps;

    // Of those who changed once, then of the others.
    private readonly PresenceFrames _frames;

    // Whom to leave out for whom, and the places of those who changed once by who is to hear the rest, in order; nearly always empty.
    private readonly HashSet<(long AccountId, long Other)> _hidden;
    private readonly Dictionary<long, int[]> _hiddenPlaces;

    /// <param name="window">Its changes, in order.</param>
    /// <param name="hidden">Of which of the users which others may not know.</param>
    public PresenceRound(IEnumerable<PresenceChange> window, HashSet<(long AccountId, long Other)> hidden)
    {
        _hidden = hidden;
        var users = UserChanges.ByUser(window).ToLookup(static changes => changes.IsSingle);
        _single = [.. users[true].Select(static changes => changes.Last)];
        _flaps = [.. users[false]];
        _places = new Dictionary<long, int>(_single.Length);
        _frames = new PresenceFrames([.. _single, .. _flaps.Select(static changes => changes.Last)]);
        for (var i = 0; i < _single.Length; i++)
        {
            Debug.Assert(i == 0 || _single[i - 1].Sequence < _single[i].Sequence, "Changes are recorded in their order.");
            _places.Add(_single[i].AccountId, i);
        }

        _hiddenPlaces = hidden.Count == 0 ? NoPlaces : hidden.Where(pair => _places.ContainsKey(pair.AccountId))
            .GroupBy(static pair => pair.Other, pair => _places[pair.AccountId])
            .ToDictionary(static places => places.Key, PlacesToLeaveOut);
    }

    /// <summary>Tells a session what it is to hear, if anything.</summary>
    public void Tell(Session session)
    {
        var frames = _frames.In(session.Wire);
        bool isTold;
        using (var scope = session.Outbound.Begin(FrameClass.Droppable, frames.All.Length))
            isTold = scope.Writer is { } writer && TryWrite(writer, frames, session);
        if (isTold)
            session.Outbound.Flush();
    }

    private bool TryWrite(IBufferWriter<byte> writer, PresenceFrames.Encoding frames, Session session)
    {
        var leftOut = _hiddenPlaces.TryGetValue(session.AccountId, out var hidden) ? hidden
            : _places.TryGetValue(session.AccountId, out var own) ? new ReadOnlySpan<int>(ref own)
            : [];
        var next = FirstSince(session.OnlineSequence);
        var isTold = false;
        foreach (var place in leftOut)
        {
            if (place < next)
                continue;
            isTold |= TryWrite(writer, frames, next, place);
            next = place + 1;
        }

        isTold |= TryWrite(writer, frames, next, _single.Length);
        for (var i = 0; i < _flaps.Length; i++)
        {
            if (_flaps[i].Concern(session) && !_hidden.Contains((_flaps[i].AccountId, session.AccountId)))
                isTold |= TryWrite(writer, frames, _single.Length + i, _single.Length + i + 1);
        }

        return isTold;
    }

    /// <summary>With its own, which it does not hear of either.</summary>
    private int[] PlacesToLeaveOut(IGrouping<long, int> hidden) =>
        [.. (_places.TryGetValue(hidden.Key, out var own) ? hidden.Append(own) : hidden).Order()];

    /// <summary>Where the changes begin that came after a login; they are in order.</summary>
    private int FirstSince(long sequence)
    {
        var (low, high) = (0, _single.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_single[middle].Sequence < sequence)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static bool TryWrite(IBufferWriter<byte> writer, PresenceFrames.Encoding frames, int from, int to)
    {
        if (from == to)
            return false;
        writer.Write(frames.Between(from, to));
        return true;
    }
}
