using InternalChat.Engine.Connections;

namespace InternalChat.Engine.Passwords;

/// <summary>Something that waits for a hashing thread. Unless it is taken out again, exactly one of the two is called, once.</summary>
internal interface IHashingWork
{
    /// <summary>On a hashing thread.</summary>
    void Run();

    /// <summary>It had to make room for somebody else. On any thread.</summary>
    void GiveWay();
}

/// <summary>Who waits for a hashing thread. Whoever stands first here goes first, and those behind make room for it.</summary>
internal enum HashingRank
{
    /// <summary>Somebody whose name has logged in from the same network before, or the operator.</summary>
    Known,

    /// <summary>Anybody else who logs in.</summary>
    Stranger,

    /// <summary>Somebody who wants a new account.</summary>
    Newcomer,
}

/// <summary>
/// What waits for a hashing thread, in a lane for each <see cref="HashingRank"/>. The known have every second turn; of the others
/// strangers go before newcomers, who still get some turns. In a lane networks take turns, an IPv6 site being one, and none may have more
/// than half of all places there. When the queue is full, newcomers make room for all others, strangers for the known, and within a lane
/// the network of which most waits for one of which less does. So nobody keeps others out by asking often. Thread-safe.
/// </summary>
internal sealed class HashingQueue(int capacity)
{
    // Strangers that may go before a newcomer who waits: guesses without end would otherwise keep everybody from registering.
    private const int MostStrangersFirst = 7;

    // Waited on by the hashing threads, which the newer kind of lock does not offer.
    private readonly object _gate = new();
    private readonly int _placesOfNetwork = (capacity + 1) / 2;
    private readonly Lane _known = new();
    private readonly Lane _strangers = new();
    private readonly Lane _newcomers = new();
    private int _strangersFirst;
    private bool _wasKnown;
    private bool _isCompleted;

    public int Count
    {
        get
        {
            lock (_gate)
                return Waiting;
        }
    }

    private int Waiting => _known.Count + _strangers.Count + _newcomers.Count;

    /// <summary>Takes no more work; what waits is still handed out.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isCompleted = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Adds work behind what waits of its network and rank.</summary>
    /// <returns>False if there is no room, or no more work is taken.</returns>
    public bool TryAdd(PeerNetwork network, HashingRank rank, IHashingWork work)
    {
        IHashingWork? pushedOut = null;
        lock (_gate)
        {
            if (_isCompleted)
                return false;
            var lane = LaneOf(rank);
            var turn = TurnOf(network);
            var ofNetwork = lane.CountOf(turn);
            // Peers without an address may be anybody's, and the operator is one of them.
            if (network.HasAddress && ofNetwork >= _placesOfNetwork)
                return false;
            if (Waiting >= capacity)
            {
                pushedOut = PushOutFor(rank, ofNetwork);
                if (pushedOut is null)
                    return false;
            }

            lane.Add(turn, work);
            Monitor.Pulse(_gate);
        }

        pushedOut?.GiveWay();
        return true;
    }

    /// <summary>Takes work out that nobody wants any more.</summary>
    /// <returns>False if it does not wait: it was handed out, or had to make room.</returns>
    public bool TryRemove(PeerNetwork network, HashingRank rank, IHashingWork work)
    {
        lock (_gate)
            return LaneOf(rank).TryRemove(TurnOf(network), work);
    }

    /// <summary>Waits for work and takes the next.</summary>
    /// <returns>Null once there is none and will be none.</returns>
    public IHashingWork? Take()
    {
        lock (_gate)
        {
            while (Waiting == 0)
            {
                if (_isCompleted)
                    return null;
                Monitor.Wait(_gate);
            }

            return NextLane().Take();
        }
    }

    private static PeerNetwork TurnOf(PeerNetwork network) => network.Site ?? network;

    private Lane LaneOf(HashingRank rank) => rank switch
    {
        HashingRank.Known => _known,
        HashingRank.Stranger => _strangers,
        _ => _newcomers,
    };

    private IHashingWork? PushOutFor(HashingRank rank, int ofNetwork)
    {
        var pushedOut = rank < HashingRank.Newcomer ? _newcomers.TryPushOut(moreThan: 0) : null;
        if (rank < HashingRank.Stranger)
            pushedOut ??= _strangers.TryPushOut(moreThan: 0);
        return pushedOut ?? LaneOf(rank).TryPushOut(ofNetwork + 1);
    }

    private Lane NextLane()
    {
        _wasKnown = _known.Count > 0 && (_known.Count == Waiting || !_wasKnown);
        if (_wasKnown)
            return _known;
        var isNewcomer = _newcomers.Count > 0 && (_strangers.Count == 0 || _strangersFirst == MostStrangersFirst);
        _strangersFirst = isNewcomer || _newcomers.Count == 0 ? 0 : _strangersFirst + 1;
        return isNewcomer ? _newcomers : _strangers;
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
            var work = TakeOut(place, place.Value.Work.First!);
            if (place.Value.Work.Count > 0)
            {
                _turns.Remove(place);
                _turns.AddLast(place);
            }

            return work;
        }

        public bool TryRemove(PeerNetwork network, IHashingWork work)
        {
            if (!_places.TryGetValue(network, out var place) || place.Value.Work.Find(work) is not { } node)
                return false;
            TakeOut(place, node);
            return true;
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

            return longest is null || longest.Value.Work.Count <= moreThan ? null : TakeOut(longest, longest.Value.Work.Last!);
        }

        /// <summary>A network of which nothing waits any more has no turn.</summary>
        private IHashingWork TakeOut(
            LinkedListNode<(PeerNetwork Network, LinkedList<IHashingWork> Work)> place, LinkedListNode<IHashingWork> node)
        {
            place.Value.Work.Remove(node);
            Count--;
            if (place.Value.Work.Count == 0)
            {
                _turns.Remove(place);
                _places.Remove(place.Value.Network);
            }

            return node.Value;
        }
    }
}
