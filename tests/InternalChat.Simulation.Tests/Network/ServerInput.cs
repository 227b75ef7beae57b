using System.Buffers;
using System.IO.Pipelines;

namespace InternalChat.Simulation.Tests.Network;

/// <summary>What a peer sends, as the server reads it.</summary>
internal sealed class ServerInput(Random random) : PipeReader
{
    private byte[] _unread = [];
    private ReadOnlySequence<byte> _lent;
    private int _examined;
    private TaskCompletionSource<ReadResult>? _waiting;
    private bool _hasEnded;
    private bool _isCanceled;
    private bool _isReset;

    /// <summary>Bytes have come.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        _unread = [.. _unread, .. bytes];
        Wake();
    }

    /// <summary>The peer sends no more.</summary>
    public void End()
    {
        _hasEnded = true;
        Wake();
    }

    /// <summary>The connection is broken.</summary>
    public void Reset()
    {
        _isReset = true;
        var waiting = _waiting;
        _waiting = null;
        waiting?.SetException(Broken());
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_isReset)
            return ValueTask.FromException<ReadResult>(Broken());
        if (TryTake(out var result))
            return ValueTask.FromResult(result);
        _waiting = new TaskCompletionSource<ReadResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ValueTask<ReadResult>(_waiting.Task);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (_isReset)
            throw Broken();
        return TryTake(out result);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var taken = (int)_lent.Slice(_lent.Start, consumed).Length;
        _examined = (int)_lent.Slice(_lent.Start, examined).Length - taken;
        _unread = _unread[taken..];
    }

    public override void CancelPendingRead()
    {
        _isCanceled = true;
        Wake();
    }

    public override void Complete(Exception? exception = null)
    {
    }

    private static IOException Broken() => new("The connection was reset by its peer.");

    private void Wake()
    {
        if (_waiting is not { } waiting || !TryTake(out var result))
            return;
        _waiting = null;
        waiting.SetResult(result);
    }

    private bool TryTake(out ReadResult result)
    {
        result = default;
        if (!_isCanceled && !_hasEnded && _unread.Length <= _examined)
            return false;
        _lent = Segments.Of(_unread, random);
        result = new ReadResult(_lent, _isCanceled, _hasEnded);
        _isCanceled = false;
        return true;
    }
}
