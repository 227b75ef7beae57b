using System.Runtime.InteropServices;

namespace InternalChat.Storage.Sqlite.Maintenance.Checks;

/// <summary>
/// The newest message of every conversation, or of every mailbox (as the conversation of nobody, 0, with its owner), while the log is gone
/// through in the order of ids: what the next message must point back at, and in the end what the tables of heads must hold.
/// </summary>
internal sealed class HeadTracker(long headsThrough)
{
    private readonly Dictionary<(long Low, long High), Newest> _newest = [];

    /// <summary>The keys that <see cref="Take"/> did not ask for.</summary>
    public IEnumerable<(long Low, long High)> Left => _newest.Keys;

    /// <summary>Notes a message.</summary>
    /// <returns>The message before it; 0 for none.</returns>
    public long Add(long low, long high, long messageId)
    {
        ref var newest = ref CollectionsMarshal.GetValueRefOrAddDefault(_newest, (low, high), out _);
        var before = newest.Of;
        newest.Of = messageId;
        if (messageId <= headsThrough)
            newest.OfThoseInTables = messageId;
        return before;
    }

    /// <summary>
    /// The newest message up to which the tables are true, and the newest of all; 0 for none. Each key is asked for once.
    /// </summary>
    public (long InTables, long OfAll) Take(long low, long high) =>
        _newest.Remove((low, high), out var newest) ? (newest.OfThoseInTables, newest.Of) : (0, 0);

    public (long InTables, long OfAll) Peek(long low, long high) =>
        _newest.TryGetValue((low, high), out var newest) ? (newest.OfThoseInTables, newest.Of) : (0, 0);

    private struct Newest
    {
        public long OfThoseInTables;
        public long Of;
    }
}
