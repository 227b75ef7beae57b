using System.Buffers;
using System.IO.Pipelines;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>A peer that sends faster than anybody reads: whoever asks finds the same lines again, until it ends.</summary>
internal sealed class EndlessInput(byte[] lines) : PipeReader
{
    private volatile bool _hasEnded;

    public void End() => _hasEnded = true;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        new(new ReadResult(new ReadOnlySequence<byte>(lines), isCanceled: false, isCompleted: _hasEnded));

    public override bool TryRead(out ReadResult result)
    {
        result = new ReadResult(new ReadOnlySequence<byte>(lines), isCanceled: false, isCompleted: _hasEnded);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed)
    {
    }

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
    }

    public override void CancelPendingRead()
    {
    }

    public override void Complete(Exception? exception = null) => End();
}
