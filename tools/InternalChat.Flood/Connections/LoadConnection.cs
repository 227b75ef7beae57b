using System.Buffers;
using System.Text;
using InternalChat.Client;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Connections;

/// <summary>
/// What a client does with what arrives. It knows frames; how bytes get to it and away is <see cref="LoadConnection"/>'s business.
/// One thread at a time.
/// </summary>
internal interface IConnectionHandler : IFrameReceiver
{
    /// <summary>Called once before the first frame, and then whenever all frames that were there have been handed over.</summary>
    /// <returns>True where this handler has appended lines, which are then sent.</returns>
    bool OnDrained();
}

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

/// <summary>Stops at the reply to AUTH, so that what follows is for the scenario.</summary>
internal sealed class AuthReply : IFrameReceiver
{
    internal bool HasArrived { get; private set; }

    internal bool IsSuccess { get; private set; }

    internal ErrorCode Error { get; private set; }

    internal string? Text { get; private set; }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind is not (ServerFrameKind.Ok or ServerFrameKind.Error))
            return true;
        HasArrived = true;
        IsSuccess = frame.Kind == ServerFrameKind.Ok;
        Error = frame.Error;
        Text = Encoding.UTF8.GetString(line);
        return false;
    }
}
