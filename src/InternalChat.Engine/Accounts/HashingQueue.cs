using InternalChat.Engine.Connections;

namespace InternalChat.Engine.Accounts;

/// <summary>Something that waits for a hashing thread. Exactly one of the two is called, once.</summary>
internal interface IHashingWork
{
    /// <summary>On a hashing thread.</summary>
    void Run();

    /// <summary>It had to make room for somebody else. On any thread.</summary>
    void GiveWay();
}

/// <summary>
/// What waits for a hashing thread. Networks take turns, and when the queue is full the network of which most waits makes room, so that
/// nobody can keep others out by asking often. An IPv6 site is one network here. Thread-safe.
/// </summary>
internal sealed class HashingQueue(int capacity)
{
    // Waited on by the hashing threads, which the newer kind of lock does not offer.
    private readonly object _gate = new();
    private readonly Dictionary<PeerNetwork, LinkedList<IHashingWork>> _waiting = [];
    private readonly Queue<PeerNetwork> _turns = new();
    private int _count;
    private bool _isCompleted;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes no more work; what waits is still handed out.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isCompleted = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Adds work behind what waits of its network.</summary>
    /// <returns>False if there is no room, or no more work is taken.</returns>
    public bool TryAdd(PeerNetwork network, IHashingWork work)
    {
        IHashingWork? pushedOut = null;
        lock (_gate)
        {
            if (_isCompleted)
                return false;
            var turn = network.Site ?? network;
            var own = _waiting.GetValueOrDefault(turn);
            if (_count >= capacity && !TryMakeRoom(own?.Count ?? 0, out pushedOut))
                return false;
            if (own is null)
            {
                _waiting.Add(turn, own = new LinkedList<IHashingWork>());
                _turns.Enqueue(turn);
            }

            own.AddLast(work);
            _count++;
            Monitor.Pulse(_gate);
        }

        pushedOut?.GiveWay();
        return true;
    }

    /// <summary>Waits for work and takes it: the first of the network whose turn it is.</summary>
    /// <returns>Null once there is none and will be none.</returns>
    public IHashingWork? Take()
    {
        lock (_gate)
        {
            while (_count == 0)
            {
                if (_isCompleted)
                    return null;
                Monitor.Wait(_gate);
            }

            var turn = _turns.Dequeue();
            var waiting = _waiting[turn];
            var work = waiting.First!.Value;
            waiting.RemoveFirst();
            _count--;
            if (waiting.Count > 0)
                _turns.Enqueue(turn);
            else
                _waiting.Remove(turn);
            return work;
        }
    }

    /// <summary>The last one of the network of which most waits gives way, if that leaves it no less than the newcomer's has.</summary>
    private bool TryMakeRoom(int ofNewcomer, out IHashingWork? pushedOut)
    {
        pushedOut = null;
        var longest = _waiting.Values.MaxBy(static waiting => waiting.Count);
        // Never to nothing, so that each network in the table has its turn.
        if (longest is null || longest.Count <= ofNewcomer + 1)
            return false;
        pushedOut = longest.Last!.Value;
        longest.RemoveLast();
        _count--;
        return true;
    }
}
