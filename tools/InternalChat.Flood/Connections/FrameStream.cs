using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using InternalChat.Client;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Flood.Connections;

/// <summary>
/// Lines out and frames in over any stream, a socket's or TLS, at the lowest cost for this tool: frames are parsed where the read has
/// put them, all appended lines go out with one write, and in steady state nothing is allocated and no task is made.
/// One thread at a time appends and flushes; another may read meanwhile.
/// </summary>
/// <remarks>
/// A read is not preceded by one of zero bytes as in <see cref="ChatConnection"/>: it costs a system call and a wake-up more for each
/// message. Instead the buffer is small until reads fill it, so that many thousand idle connections cost little.
/// </remarks>
internal sealed class FrameStream(Stream stream) : IAsyncDisposable
{
    private const int FirstBufferBytes = 1_024;
    private const int MaxBufferBytes = 65_536;

    private readonly ArrayBufferWriter<byte> _output = new();
    private byte[] _input = new byte[FirstBufferBytes];
    private int _consumed;
    private int _received;
    private bool _understood;

    /// <summary>Where whole lines are appended; nothing is sent before <see cref="FlushAsync"/>.</summary>
    internal IBufferWriter<byte> Output => _output;

    internal int UnflushedBytes => _output.WrittenCount;

    /// <summary>
    /// When the read returned that brought the frame that is handed over, in Stopwatch ticks: the time of its arrival, without this
    /// tool's work on the frames before it.
    /// </summary>
    internal long ReceivedAt { get; private set; }

    /// <summary>Sends what was appended. Waits while the server does not read.</summary>
    /// <exception cref="ChatConnectionException">The connection is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_output.WrittenCount == 0)
            return;
        try
        {
            await stream.WriteAsync(_output.WrittenMemory, cancellationToken);
        }
        catch (Exception exception) when (IsTransport(exception))
        {
            throw Lost(exception);
        }

        _output.ResetWrittenCount();
    }

    /// <summary>Waits until at least one frame is there, and hands over all that are, or as many as the receiver wants.</summary>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="ChatProtocolException">The peer does not speak this protocol.</exception>
    /// <exception cref="ChatConnectionException">The connection broke.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<bool> ReadAsync(IFrameReceiver receiver, CancellationToken cancellationToken = default)
    {
        while (!HandOver(receiver))
        {
            MakeRoom();
            int count;
            try
            {
                count = await stream.ReadAsync(_input.AsMemory(_received), cancellationToken);
            }
            catch (Exception exception) when (IsTransport(exception))
            {
                throw Lost(exception);
            }

            if (count == 0)
                return false;
            ReceivedAt = Stopwatch.GetTimestamp();
            _received += count;
        }

        return true;
    }

    /// <summary>Closes at once; a read or a flush that waits ends with <see cref="ChatConnectionException"/>.</summary>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private bool HandOver(IFrameReceiver receiver)
    {
        var found = false;
        var wanted = true;
        while (wanted)
        {
            var length = _input.AsSpan(_consumed, _received - _consumed).IndexOf((byte)'\n');
            if (length < 0)
                break;
            var line = _input.AsSpan(_consumed, length);
            _consumed += length + 1;
            found = true;
            var frame = ServerFrameParser.Parse(line is [.. var text, (byte)'\r'] ? text : line);
            if (!_understood && frame.Kind == ServerFrameKind.Unknown)
                throw new ChatProtocolException("the peer's first line is no frame: this is no chat server, or TLS is not set right");
            _understood = true;
            wanted = receiver.OnFrame(frame, line);
        }

        return found;
    }

    /// <summary>Moves the begin of a line that is not complete to the front; a buffer that a read has filled is doubled.</summary>
    private void MakeRoom()
    {
        var incomplete = _received - _consumed;
        if (incomplete > WireLimits.MaxServerLineBytes)
            throw new ChatProtocolException($"a line of more than {WireLimits.MaxServerLineBytes} bytes: this is no chat server");
        var input = _received == _input.Length && _input.Length < MaxBufferBytes ? new byte[_input.Length * 2] : _input;
        if (_consumed > 0 || input != _input)
            _input.AsSpan(_consumed, incomplete).CopyTo(input);
        (_input, _consumed, _received) = (input, 0, incomplete);
    }

    private static bool IsTransport(Exception exception) => exception is IOException or ObjectDisposedException;

    private static ChatConnectionException Lost(Exception cause) => new($"the connection is lost: {cause.Message}", cause);
}
