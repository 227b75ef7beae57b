using System.Diagnostics.CodeAnalysis;
using InternalChat.Engine.Connections;

namespace InternalChat.Engine.Accounts;

/// <summary>
/// What waits for a hashing thread. Networks take turns, and none may have more waiting than there are places free, so that one which
/// sends logins without end, such as registrations, waits behind itself while others find a place and are soon served. An IPv6 site is
/// one network here. Thread-safe; bounded.
/// </summary>
/// <param name="capacity">Places. A network that is alone may take half of them.</param>
internal sealed class HashingQueue(int capacity)
{
    private readonly object _gate = new();
    private readonly Dictionary<PeerNetwork, Queue<Action>> _lines = [];
    private readonly Queue<PeerNetwork> _turns = [];
    private int _count;
    private bool _isComplete;

    public int Count => Volatile.Read(ref _count);

    /// <returns>False if the network has too many waiting, or nothing is taken any more.</returns>
    public bool TryAdd(PeerNetwork network, Action work)
    {
        var key = network.Site ?? network;
        lock (_gate)
        {
            var line = _lines.GetValueOrDefault(key);
            if (_isComplete || (line?.Count ?? 0) >= capacity - _count)
                return false;
            if (line is null)
            {
                _lines.Add(key, line = []);
                _turns.Enqueue(key);
            }

            line.Enqueue(work);
            _count++;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Waits for work.</summary>
    /// <returns>False at the end: nothing is left, and nothing more is taken.</returns>
    public bool TryTake([NotNullWhen(true)] out Action? work)
    {
        lock (_gate)
        {
            while (_count == 0 && !_isComplete)
                Monitor.Wait(_gate);
            work = null;
            if (_count == 0)
                return false;
            var key = _turns.Dequeue();
            var line = _lines[key];
            work = line.Dequeue();
            _count--;
            if (line.Count > 0)
                _turns.Enqueue(key);
            else
                _lines.Remove(key);
            return true;
        }
    }

    /// <summary>Takes nothing more. What waits stays until it is taken.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Monitor.PulseAll(_gate);
        }
    }
}
