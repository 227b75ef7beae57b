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
/// What waits for a hashing thread, in two lanes that are served in turn: those who are known, and strangers. In a lane networks take
/// turns, an IPv6 site being one. When the queue is full, the network of which most waits makes room for one of which less does, and any
/// stranger for whoever is known. So nobody keeps others out by asking often. Thread-safe.
/// </summary>
internal sealed class HashingQueue(int capacity)
{
    // Waited on by the hashing threads, which the newer kind of lock does not offer.
    private readonly object _gate = new();
    private readonly Lane _known = new();
    private readonly Lane _strangers = new();
    private bool _wasKnown;
    private bool _isCompleted;

    public int Count
    {
        get
        {
            lock (_gate)
                return _known.Count + _strangers.Count;
        }
    }

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
    public bool TryAdd(PeerNetwork network, bool isKnown, IHashingWork work)
    {
        IHashingWork? pushedOut = null;
        lock (_gate)
        {
            if (_isCompleted)
                return false;
            var lane = isKnown ? _known : _strangers;
            var turn = network.Site ?? network;
            if (_known.Count + _strangers.Count >= capacity)
            {
                pushedOut = (isKnown ? _strangers.TryPushOut(moreThan: 0) : null) ?? lane.TryPushOut(lane.CountOf(turn) + 1);
                if (pushedOut is null)
                    return false;
            }

            lane.Add(turn, work);
            Monitor.Pulse(_gate);
        }

        pushedOut?.GiveWay();
        return true;
    }

    /// <summary>Waits for work and takes the next.</summary>
    /// <returns>Null once there is none and will be none.</returns>
    public IHashingWork? Take()
    {
        lock (_gate)
        {
            while (_known.Count + _strangers.Count == 0)
            {
                if (_isCompleted)
                    return null;
                Monitor.Wait(_gate);
            }

            _wasKnown = _known.Count > 0 && (_strangers.Count == 0 || !_wasKnown);
            return (_wasKnown ? _known : _strangers).Take();
        }
    }

    /// <summary>What waits, by network, in the order of their turns.</summary>
    private sealed class Lane
    {
        private readonly LinkedList<(PeerNetwork Network, LinkedList<IHashingWork> Work)> _turns = new();
        private readonly Dictionary<PeerNetwork, LinkedListNode<(PeerNetwork Network, LinkedList<IHashingWork> Work)>> _places = [];

        public int Count { get; private set; }

        public int CountOf(PeerNetwork network) => _places.TryGetValue(network, out var place) ? place.Value.Work.Count : 0;

        public void Add(PeerNetwork network, IHashingWork work)
        {
            if (!_places.TryGetValue(network, out var place))
            {
                place = _turns.AddLast((network, new LinkedList<IHashingWork>()));
                _places.Add(network, place);
            }

            place.Value.Work.AddLast(work);
            Count++;
        }

        public IHashingWork Take()
        {
            var place = _turns.First!;
            var work = place.Value.Work.First!;
            place.Value.Work.RemoveFirst();
            Count--;
            _turns.Remove(place);
            if (place.Value.Work.Count > 0)
                _turns.AddLast(place);
            else
                _places.Remove(place.Value.Network);
            return work.Value;
        }

        /// <summary>Takes out the last one of the network of which most waits; of such networks, the one whose turn is last.</summary>
        /// <returns>Null unless more than this waits of it.</returns>
        public IHashingWork? TryPushOut(int moreThan)
        {
            var longest = _turns.Last;
            for (var place = longest; place is not null; place = place.Previous)
            {
                if (place.Value.Work.Count > longest!.Value.Work.Count)
                    longest = place;
            }

            if (longest is null || longest.Value.Work.Count <= moreThan)
                return null;
            var work = longest.Value.Work.Last!;
            longest.Value.Work.RemoveLast();
            Count--;
            if (longest.Value.Work.Count == 0)
            {
                _turns.Remove(longest);
                _places.Remove(longest.Value.Network);
            }

            return work.Value;
        }
    }
}
