using System.Buffers;
using System.IO.Pipelines;
using InternalChat.Protocol;
using InternalChat.Protocol.Framing;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>
/// The lower layer: one connection as a place to append lines to and a source of frames, without a thread, a task, a queue or an
/// allocation per frame of its own. Commands are written with <see cref="Protocol.Writing.ClientFrames"/> to <see cref="Output"/>
/// and go out with <see cref="FlushAsync"/>; frames come through <see cref="ReadAsync"/>. Which reply belongs to which command is the
/// caller's business here; <see cref="ChatClient"/> is the comfortable layer above.
/// </summary>
/// <remarks>
/// One writer and one reader at a time; the writer and the reader may be different threads. While nothing arrives the connection
/// holds no receive buffer, so that a process can hold many thousands of idle ones.
/// </remarks>
public sealed class ChatConnection : IAsyncDisposable
{
    private const int BufferBytes = 16_384;

    private readonly Stream _stream;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private bool _understood;
    private int _disposed;

    /// <summary>Speaks over a stream that is already connected, and owns it from now on.</summary>
    public ChatConnection(Stream stream)
    {
        _stream = stream;
        _input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true, useZeroByteReads: true));
        _output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferBytes, leaveOpen: true));
    }

    /// <summary>Where whole lines are appended; nothing is sent before <see cref="FlushAsync"/>.</summary>
    public IBufferWriter<byte> Output => _output;

    /// <summary>How many bytes have been appended and not been sent yet.</summary>
    public long UnflushedBytes => _output.UnflushedBytes;

    /// <summary>Whether the peer has sent at least one frame.</summary>
    internal bool HasUnderstood => _understood;

    /// <summary>Connects to a server, and shakes hands where TLS is asked for.</summary>
    /// <exception cref="ChatConnectionException">
    /// The server cannot be reached in <see cref="ChatServerAddress.ConnectTimeout"/>, or its certificate is not accepted.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static async Task<ChatConnection> ConnectAsync(ChatServerAddress address, CancellationToken cancellationToken = default) =>
        new(await StreamConnector.ConnectAsync(address, cancellationToken).ConfigureAwait(false));

    /// <summary>Appends lines that were encoded before.</summary>
    /// <param name="lines">One or more whole lines, each with its <c>\n</c>.</param>
    public void Append(ReadOnlySpan<byte> lines) => _output.Write(lines);

    /// <summary>Sends what was appended. Waits while the server does not read.</summary>
    /// <exception cref="ChatConnectionException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; how much was sent is unknown.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsTransport(exception))
        {
            throw Lost(exception);
        }
    }

    /// <summary>
    /// Waits until at least one frame is there, and hands over all that are buffered or as many as <paramref name="receiver"/> wants.
    /// </summary>
    /// <returns>True where there may be more; false at the end of the stream.</returns>
    /// <exception cref="ChatProtocolException">
    /// The peer sent a line of more than <see cref="WireLimits.MaxServerLineBytes"/> bytes, or its first line is no frame.
    /// </exception>
    /// <exception cref="ChatConnectionException">The connection broke.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; no frame is lost.</exception>
    public async ValueTask<bool> ReadAsync(IFrameReceiver receiver, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                throw Lost(exception);
            }

            var found = Dispatch(result.Buffer, receiver, out var consumed, out var allSeen);
            var end = result.IsCompleted && allSeen;
            if (end && !_understood && !result.Buffer.Slice(consumed).IsEmpty)
                throw new ChatProtocolException("the peer closed within its first line: is this a chat server, and is TLS set right?");
            _input.AdvanceTo(consumed, allSeen ? result.Buffer.End : consumed);
            if (found || end)
                return !end;
        }
    }

    /// <summary>Closes the connection at once; a read or a flush that waits ends with <see cref="ChatConnectionException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Hands over buffered frames. Everything was seen unless the receiver asked to stop.</summary>
    private bool Dispatch(in ReadOnlySequence<byte> buffer, IFrameReceiver receiver, out SequencePosition consumed, out bool allSeen)
    {
        var found = false;
        var wanted = true;
        using var lines = new LineReader(buffer, WireLimits.MaxServerLineBytes);
        var status = LineStatus.Line;
        while (wanted && (status = lines.TryRead(out var line)) == LineStatus.Line)
        {
            var frame = ServerFrameParser.Parse(line);
            if (!_understood && frame.Kind == ServerFrameKind.Unknown)
                throw new ChatProtocolException("the peer's first line is no frame: this is no chat server, or TLS is not set right");
            _understood = true;
            found = true;
            wanted = receiver.OnFrame(frame, line);
        }

        if (status == LineStatus.TooLong)
            throw new ChatProtocolException($"a line of more than {WireLimits.MaxServerLineBytes} bytes: this is no chat server");
        consumed = lines.Consumed;
        allSeen = status == LineStatus.Incomplete;
        return found;
    }

    private static bool IsTransport(Exception exception) => exception is IOException or ObjectDisposedException;

    private static ChatConnectionException Lost(Exception cause) => new($"the connection is lost: {cause.Message}", cause);
}
