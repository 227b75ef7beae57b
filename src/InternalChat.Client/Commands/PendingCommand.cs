using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>What a command makes of a reply frame.</summary>
internal enum ReplyProgress
{
    /// <summary>It was the last one; the command is answered.</summary>
    Done,

    /// <summary>It was one of several; more follow.</summary>
    More,

    /// <summary>It belongs to the next command, or to none.</summary>
    NotMine,
}

/// <summary>
/// A command on its way: the line to send, and what its replies look like. Made by a caller, sent by the write loop, answered by the
/// read loop; <see cref="Accept"/> and <see cref="TryFinish"/> are called by the read loop only.
/// </summary>
internal abstract class PendingCommand
{
    private volatile bool _abandoned;

    /// <summary>The whole line with its line end.</summary>
    internal required byte[] Line { get; init; }

    /// <summary>Whether the caller has stopped waiting; if it was not sent yet it need not be.</summary>
    internal bool IsAbandoned => _abandoned;

    /// <summary>Whether the replies alone do not tell where they end, so that a PING must follow whose PONG does.</summary>
    internal virtual bool NeedsFence => false;

    /// <summary>Whether <c>DELIVERED</c> can be the reply.</summary>
    internal virtual bool IsMessage => false;

    /// <summary>Whether <c>ERROR SUSPENDED</c> can be the reply, and is not a goodbye.</summary>
    internal virtual bool IsAuthentication => false;

    /// <summary>Takes a reply frame.</summary>
    internal abstract ReplyProgress Accept(in ServerFrame frame, ReadOnlySpan<byte> line);

    /// <summary>A reply came that is not this command's: is this command answered?</summary>
    internal virtual bool TryFinish() => false;

    internal abstract void Fail(Exception exception);

    protected void Abandon() => _abandoned = true;
}

/// <summary>A command whose caller waits for a <typeparamref name="T"/>.</summary>
internal abstract class PendingCommand<T> : PendingCommand
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal sealed override void Fail(Exception exception) => _completion.TrySetException(exception);

    /// <summary>Waits for the answer, or until the caller gives up; then the replies are read and dropped.</summary>
    internal async Task<T> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Abandon();
            throw;
        }
    }

    protected ReplyProgress Answer(T result)
    {
        _completion.TrySetResult(result);
        return ReplyProgress.Done;
    }

    protected ReplyProgress Reject(in ServerFrame error)
    {
        _completion.TrySetException(new CommandRejectedException(error.Error, WireText.Decode(error.Text)));
        return ReplyProgress.Done;
    }
}
