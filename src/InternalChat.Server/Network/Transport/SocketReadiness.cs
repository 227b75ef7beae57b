using System.Net.Sockets;

namespace InternalChat.Server.Network.Transport;

/// <summary>
/// Tells a <see cref="SocketReader"/> when its socket has something to receive, by a receive of no bytes, which needs no buffer; or, after
/// many reads in a row that did not have to wait, when its turn has come. All members but the callbacks and
/// <see cref="SocketAsyncEventArgs.Dispose"/> are called under the lock on this object, which is also the reader's lock.
/// </summary>
internal sealed class SocketReadiness(SocketReader reader)
    : SocketAsyncEventArgs(unsafeSuppressExecutionContextFlow: true), IThreadPoolWorkItem
{
    // Receives of up to 16 KiB, some milliseconds of the shortest commands.
    private const int MaxReadsInARow = 8;

    private int _readsInARow;

    /// <summary>Whether the reader has yet to be told. The wait outlives a read that was cancelled, and serves the next one.</summary>
    public bool IsAwaited { get; private set; }

    /// <summary>Begins to wait for the socket, or for a turn.</summary>
    /// <returns>False if there is something to receive now, and it is still the reader's turn.</returns>
    public bool TryAwait() => TryAwaitSocket() || TryAwaitTurn();

    /// <summary>Has the socket tell when there is something to receive.</summary>
    /// <returns>False if there is now.</returns>
    public bool TryAwaitSocket()
    {
        try
        {
            IsAwaited = reader.Connection.Socket.ReceiveAsync(this);
            if (IsAwaited)
                _readsInARow = 0;
            else
                reader.NoteWaitResult(SocketError);
            return IsAwaited;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>The wait has ended: the reader is being told.</summary>
    public void EndAwait()
    {
        IsAwaited = false;
        reader.NoteWaitResult(SocketError);
    }

    /// <summary>The reader's turn has come; queued as what it is, so that nothing is allocated for it.</summary>
    void IThreadPoolWorkItem.Execute() => reader.OnReady();

    protected override void OnCompleted(SocketAsyncEventArgs e) => reader.OnReady();

    /// <summary>
    /// Has the pool tell, behind all that waits there, when so many reads in a row have found something to receive. A read that does not
    /// wait keeps its thread, and that may be the one that polls everybody's sockets: for a peer that sends faster than it is served it
    /// would be kept from all others as long as that goes on.
    /// </summary>
    private bool TryAwaitTurn()
    {
        if (++_readsInARow < MaxReadsInARow)
            return false;
        _readsInARow = 0;
        IsAwaited = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }
}
