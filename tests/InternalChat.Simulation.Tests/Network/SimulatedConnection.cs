using System.IO.Pipelines;
using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Network;

/// <summary>
/// A TCP connection in memory. Bytes travel in arbitrary pieces; those for the peer wait in a send buffer of few bytes while the peer does
/// not read. What has arrived counts as read: from then on TCP answers for it, and no server could know better.
/// </summary>
internal sealed class SimulatedConnection : IDuplexPipe
{
    private static readonly TimeSpan KeepAliveGivesUp = TimeSpan.FromSeconds(60);

    private readonly INetworkFate _fate;
    private readonly IPeer _peer;
    private readonly string _name;
    private readonly ServerInput _input;
    private readonly ServerOutput _output;
    private readonly int _sendBuffer;
    private readonly List<byte> _toServer = [];
    private readonly List<byte> _toPeer = [];
    private readonly List<(long End, Moment Began, Moment At)> _writes = [];
    private int _readWrites;
    private bool _isMovingToServer;
    private bool _isMovingToPeer;
    private bool _peerSendsNoMore;
    private bool _peerIsClosed;
    private bool _serverHasEnded;
    private bool _peerWasTold;

    public SimulatedConnection(INetworkFate fate, IPeer peer, string name, int sendBuffer, bool isEncrypted)
    {
        (_fate, _peer, _name, _sendBuffer) = (fate, peer, name, sendBuffer);
        _input = new ServerInput(fate.Random);
        _output = new ServerOutput(this, fate);
        Progress = new SimulatedProgress(this, fate, isEncrypted);
    }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    public SimulatedProgress Progress { get; }

    /// <summary>Nothing gets through any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The peer has said that it sends no more.</summary>
    public bool IsHalfClosed { get; private set; }

    /// <summary>When the peer has vanished without a word; null if it has not.</summary>
    public long? VanishedAt { get; private set; }

    /// <summary>The operating system has taken everything.</summary>
    public bool IsWritten => _toPeer.Count <= _sendBuffer;

    /// <summary>Whether the peer takes bytes at the moment.</summary>
    public bool IsReading
    {
        get;
        set
        {
            field = value;
            MoveToPeer();
        }
    } = true;

    public override string ToString() => _name;

    /// <summary>The server hands bytes to the operating system, in a flush that began at some moment before.</summary>
    public void Write(ReadOnlySpan<byte> bytes, Moment began)
    {
        if (IsBroken)
            return;
        _toPeer.AddRange(bytes);
        _writes.Add(((_writes.Count == 0 ? 0 : _writes[^1].End) + bytes.Length, began, _fate.NextMoment()));
        Progress.Written(bytes.Length);
        MoveToPeer();
    }

    /// <summary>
    /// Between which two moments the server has made the line whose last byte is this one. Asked for one line after another.
    /// </summary>
    public (Moment After, Moment By) WrittenBetween(long lastByte)
    {
        var write = _writes.FindIndex(_readWrites, write => write.End >= lastByte);
        _readWrites = write;
        // What had been made before the flush before began was part of that one. What was made during it had to wait.
        return (write == 0 ? default : _writes[write - 1].Began, _writes[write].At);
    }

    /// <summary>The server has written its last byte.</summary>
    public void EndByServer()
    {
        _serverHasEnded = true;
        MoveToPeer();
    }

    /// <summary>The peer sends bytes.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        _toServer.AddRange(bytes);
        MoveToServer();
    }

    /// <summary>The peer sends no more, and reads on.</summary>
    public void HalfClose()
    {
        _peerSendsNoMore = true;
        IsHalfClosed = true;
        MoveToServer();
    }

    /// <summary>The peer closes: whatever reaches it from now on is answered by a reset.</summary>
    public void Close()
    {
        _peerIsClosed = true;
        HalfClose();
        MoveToPeer();
    }

    /// <summary>The peer is gone, and nobody tells the server.</summary>
    public void Vanish()
    {
        VanishedAt = _fate.Time.GetTimestamp();
        _fate.After(KeepAliveGivesUp, Break);
        TellPeer(inOrder: false);
    }

    /// <summary>A reset, by whomever: what is on its way is lost.</summary>
    public void Break()
    {
        if (IsBroken)
            return;
        IsBroken = true;
        _toPeer.Clear();
        _toServer.Clear();
        _fate.Later(_input.Reset);
        _fate.Later(_output.EndFlush);
        _fate.Later(() => TellPeer(inOrder: false));
    }

    // Bytes that nobody has read do not keep a closed peer's system from its reset.
    private bool IsHeldBack => !IsReading && !_peerIsClosed;

    private void MoveToServer()
    {
        if (_isMovingToServer || IsBroken || VanishedAt is not null || (_toServer.Count == 0 && !_peerSendsNoMore))
            return;
        _isMovingToServer = true;
        _fate.Later(() =>
        {
            _isMovingToServer = false;
            if (IsBroken || VanishedAt is not null)
                return;
            if (_toServer.Count == 0)
            {
                _peerSendsNoMore = false;
                _input.End();
                return;
            }

            _input.Receive(TakePiece(_toServer));
            MoveToServer();
        });
    }

    private void MoveToPeer()
    {
        if (_isMovingToPeer || IsBroken || VanishedAt is not null || IsHeldBack || (_toPeer.Count == 0 && !_serverHasEnded))
            return;
        _isMovingToPeer = true;
        _fate.Later(() =>
        {
            _isMovingToPeer = false;
            if (IsBroken || VanishedAt is not null || IsHeldBack)
                return;
            if (_toPeer.Count == 0)
                TellPeer(inOrder: true);
            else if (_peerIsClosed)
                Break();
            else
                ReachPeer();
        });
    }

    private void ReachPeer()
    {
        var wasWritten = IsWritten;
        var piece = TakePiece(_toPeer);
        Progress.Arrived(piece.Length);
        if (IsWritten && !wasWritten)
            _fate.Later(_output.EndFlush);
        _peer.Received(piece);
        MoveToPeer();
    }

    private byte[] TakePiece(List<byte> bytes)
    {
        var length = _fate.Chance(0.7) ? bytes.Count : _fate.Random.Next(1, bytes.Count + 1);
        var piece = bytes.GetRange(0, length).ToArray();
        bytes.RemoveRange(0, length);
        return piece;
    }

    private void TellPeer(bool inOrder)
    {
        if (_peerWasTold)
            return;
        _peerWasTold = true;
        _peer.Ended(inOrder);
    }
}
