using System.Text;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Lists;

/// <summary>
/// One user who asks who is there, and checks every reply. No line says that it is the last of a reply, so a PING follows each LIST. One
/// thread at a time sends and one at a time reads.
/// </summary>
internal sealed class ListClient : IConnectionHandler, IPacedClient, ICounterSource
{
    private readonly LoadRun _run;
    private readonly UnansweredSends<SendTimes> _unanswered = new();
    private readonly LatencyRecorder _latencies;
    private readonly NameSequence _online;
    private readonly NameSequence _known;
    private long _asked;
    private long _answered;

    /// <param name="connection">Of the user who asks.</param>
    /// <param name="run">What all clients share.</param>
    internal ListClient(LoadConnection connection, LoadRun run)
    {
        Connection = connection;
        _run = run;
        _latencies = run.Latencies.Recorder(LatencyKind.List);
        var own = Encoding.ASCII.GetBytes(connection.Account);
        (_online, _known) = (new NameSequence(own), new NameSequence(own));
    }

    internal LoadConnection Connection { get; }

    public int Unanswered => _unanswered.Count;

    internal long Asked => Volatile.Read(ref _asked);

    internal long Answered => Volatile.Read(ref _answered);

    /// <summary>Replies that lack the user who asked, or whose names are not in order, each once.</summary>
    internal long Wrong { get; private set; }

    public void AddTo(CounterTotals totals) => totals.Add(Counter.Lists, Answered);

    public void Append(in SendTimes times)
    {
        _unanswered.Add(times);
        Volatile.Write(ref _asked, _asked + 1);
        ClientFrames.List(Connection.Output);
        ClientFrames.Ping(Connection.Output);
    }

    public ValueTask FlushAsync() => Connection.FlushAsync();

    /// <summary>Brings the last latencies into the histograms.</summary>
    internal void Finish() => _latencies.Flush();

    public bool OnDrained() => false;

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.Online:
                _online.Add(frame.Text);
                break;
            case ServerFrameKind.Known:
                _known.Add(frame.Text);
                break;
            case ServerFrameKind.Pong when _unanswered.TryTake(out var asked):
                Answer(asked);
                break;
            case ServerFrameKind.Error:
                _run.Errors.Reject(frame.Error);
                break;
        }

        return true;
    }

    private void Answer(in SendTimes asked)
    {
        var isSound = _online.End() & _known.End();
        if (!isSound)
            Wrong++;
        if (_run.Clock.IsMeasured(asked.IntendedAt))
            _latencies.Record(asked.SentAt, asked.IntendedAt, Connection.ReceivedAt);
        Volatile.Write(ref _answered, _answered + 1);
    }
}

/// <summary>Judges the names of one list, which may come in several lines. Allocates nothing. One thread.</summary>
/// <param name="own">Must be among them.</param>
internal sealed class NameSequence(byte[] own)
{
    private readonly byte[] _last = new byte[WireLimits.MaxUserNameBytes];
    private int _lastLength;
    private bool _hasOwn;
    private bool _isBroken;

    /// <summary>Takes a line's names, joined by <c>", "</c>.</summary>
    internal void Add(ReadOnlySpan<byte> joined)
    {
        foreach (var range in joined.Split(", "u8))
            AddName(joined[range]);
    }

    /// <summary>There are no more.</summary>
    /// <returns>Whether they were names, each once and in order, and the own one among them.</returns>
    internal bool End()
    {
        var isSound = _hasOwn && !_isBroken;
        (_lastLength, _hasOwn, _isBroken) = (0, false, false);
        return isSound;
    }

    private void AddName(ReadOnlySpan<byte> name)
    {
        if (!UserName.TryParse(name, out _) || name.SequenceCompareTo(_last.AsSpan(0, _lastLength)) <= 0)
        {
            _isBroken = true;
            return;
        }

        _hasOwn |= name.SequenceEqual(own);
        name.CopyTo(_last);
        _lastLength = name.Length;
    }
}
