namespace InternalChat.TestKit.Sockets;

/// <summary>
/// The frames that arrived on one connection and were not asked for yet, pushes apart from replies. It also holds every
/// frame against the rules that bind each connection at any time, whatever the test is about.
/// </summary>
internal sealed class FrameQueue
{
    private readonly LinkedList<(long Number, string Line)> _pushes = new();
    private readonly Queue<(long Number, string Line)> _replies = new();
    private readonly HashSet<long> _queued = [];
    private readonly HashSet<long> _delivered = [];
    private long _arrived;
    private long _lastReceived;
    private long _lastAcknowledged;

    /// <summary>A DELIVERED up to this id answers no command of this connection, so it is a push.</summary>
    public long LastEarlierId { get; set; }

    public void Add(string line)
    {
        if (!ServerFrame.IsLegal(line))
            throw new ContractViolationException($"Not a frame of the contract: '{line}'");
        var arrival = (_arrived++, line);
        if (IsPush(line))
            _pushes.AddLast(arrival);
        else
            _replies.Enqueue(arrival);
    }

    public string? TakeReply() => _replies.TryDequeue(out var reply) ? reply.Line : null;

    public string? TakePush(Func<string, bool> wanted)
    {
        for (var node = _pushes.First; node is not null; node = node.Next)
        {
            if (!wanted(node.Value.Line))
                continue;
            _pushes.Remove(node);
            return node.Value.Line;
        }

        return null;
    }

    public string? TakeAny()
    {
        var pushIsNext = _pushes.First is { } push && (_replies.Count == 0 || push.Value.Number < _replies.Peek().Number);
        return pushIsNext ? TakePush(_ => true) : TakeReply();
    }

    public string Describe()
    {
        var waiting = _pushes.Concat(_replies).OrderBy(frame => frame.Number).Select(frame => frame.Line).ToList();
        return waiting.Count == 0 ? "none" : string.Join(" | ", waiting.TakeLast(20));
    }

    private bool IsPush(string line)
    {
        if (ServerFrame.IsFrom(line))
        {
            Require(ServerFrame.IdOf(line) > _lastReceived, "Ids are not strictly increasing for the recipient", line);
            _lastReceived = ServerFrame.IdOf(line);
        }
        else if (ServerFrame.IsQueued(line))
        {
            Acknowledge(line);
            Require(!_delivered.Contains(ServerFrame.IdOf(line)), "DELIVERED came before OK queued", line);
            _queued.Add(ServerFrame.IdOf(line));
        }
        else if (ServerFrame.IsDelivered(line))
        {
            Require(_delivered.Add(ServerFrame.IdOf(line)), "DELIVERED twice", line);
            if (ServerFrame.IdOf(line) <= LastEarlierId || _queued.Contains(ServerFrame.IdOf(line)))
                return true;
            Acknowledge(line);
        }

        return ServerFrame.IsAlwaysPushed(line);
    }

    private void Acknowledge(string line)
    {
        Require(ServerFrame.IdOf(line) > _lastAcknowledged, "Ids are not increasing for the sender", line);
        _lastAcknowledged = ServerFrame.IdOf(line);
    }

    private static void Require(bool holds, string rule, string line)
    {
        if (!holds)
            throw new ContractViolationException($"{rule}: '{line}'");
    }
}
