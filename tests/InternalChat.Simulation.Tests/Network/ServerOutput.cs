using System.Buffers;
using System.IO.Pipelines;

namespace InternalChat.Simulation.Tests.Network;

/// <summary>What the server writes to a peer. A flush is over when the connection's send buffer has taken all of it.</summary>
internal sealed class ServerOutput(SimulatedConnection connection, INetworkFate fate) : PipeWriter
{
    private ArrayBufferWriter<byte> _unflushed = new();
    private TaskCompletionSource<FlushResult>? _flushing;
    private bool _isInFlush;
    private bool _isCanceled;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed.WrittenCount;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        CheckIdle();
        return _unflushed.GetMemory(sizeHint);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        CheckIdle();
        return _unflushed.GetSpan(sizeHint);
    }

    public override void Advance(int bytes) => _unflushed.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        CheckIdle();
        _isInFlush = true;
        var began = fate.NextMoment();
        fate.MayBePreempted();
        var bytes = _unflushed.WrittenSpan.ToArray();
        _unflushed = new ArrayBufferWriter<byte>();
        connection.Write(bytes, began);
        fate.MayBePreempted();
        _isInFlush = false;
        if (connection.IsBroken && fate.Chance(0.5))
            return ValueTask.FromException<FlushResult>(new IOException("The connection was reset by its peer."));
        if (connection.IsBroken || _isCanceled || (connection.IsWritten && !fate.Chance(0.1)))
            return ValueTask.FromResult(Result());
        _flushing = new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (connection.IsWritten)
            fate.Later(EndFlush);
        return new ValueTask<FlushResult>(_flushing.Task);
    }

    /// <summary>The connection has taken everything, or is broken.</summary>
    public void EndFlush()
    {
        if (!connection.IsWritten && !connection.IsBroken && !_isCanceled)
            return;
        var flushing = _flushing;
        _flushing = null;
        flushing?.SetResult(Result());
    }

    public override void CancelPendingFlush()
    {
        _isCanceled = true;
        EndFlush();
    }

    public override void Complete(Exception? exception = null)
    {
        if (_flushing is not null)
            fate.Fail("A transport is not completed during a flush", connection.ToString());
        connection.EndByServer();
    }

    private FlushResult Result()
    {
        var result = new FlushResult(_isCanceled, connection.IsBroken);
        _isCanceled = false;
        return result;
    }

    private void CheckIdle()
    {
        if (_isInFlush || _flushing is not null)
            fate.Fail("A connection has one writer at a time", connection.ToString());
    }
}
