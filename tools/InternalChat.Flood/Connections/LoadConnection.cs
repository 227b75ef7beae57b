using System.Buffers;
using InternalChat.Client;

namespace InternalChat.Flood.Connections;

/// <summary>
/// One authenticated connection of the load. The only place between scenarios and the transport: they append lines here and get frames
/// through an <see cref="IConnectionHandler"/>. One thread at a time appends and flushes; another may run the handler meanwhile.
/// </summary>
internal sealed class LoadConnection(string account, FrameStream frames, Action<LoadConnection> closed) : IAsyncDisposable
{
    private int _isClosing;

    /// <summary>The user that is logged in.</summary>
    internal string Account { get; } = account;

    /// <summary>Whether this side has closed it.</summary>
    internal bool IsClosing => Volatile.Read(ref _isClosing) != 0;

    /// <summary>Where whole lines are appended; nothing is sent before <see cref="FlushAsync"/>.</summary>
    internal IBufferWriter<byte> Output => frames.Output;

    internal int UnflushedBytes => frames.UnflushedBytes;

    /// <summary>
    /// When the frame arrived that the handler has now, in Stopwatch ticks; frames that one read has brought have one time.
    /// </summary>
    internal long ReceivedAt => frames.ReceivedAt;

    /// <summary>Appends lines that were encoded before.</summary>
    internal void Append(ReadOnlySpan<byte> lines) => frames.Output.Write(lines);

    /// <summary>Sends what was appended. Waits while the server does not read.</summary>
    /// <exception cref="ChatConnectionException">The connection is gone.</exception>
    internal ValueTask FlushAsync() => frames.FlushAsync();

    /// <summary>
    /// Hands over whatever arrives, until the server ends the connection. <see cref="Running.LoadRun.KeepAsync"/> calls it.
    /// </summary>
    /// <exception cref="ChatException">
    /// The connection broke or was closed on this side, or the server does not speak the protocol.
    /// </exception>
    internal async Task RunAsync(IConnectionHandler handler)
    {
        do
        {
            if (handler.OnDrained())
                await frames.FlushAsync();
        }
        while (await frames.ReadAsync(handler));
    }

    /// <summary>Closes at once, and may be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosing, 1) != 0)
            return;
        await frames.DisposeAsync();
        closed(this);
    }
}
