using System.Threading.Channels;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>
/// The two tasks behind a <see cref="ChatClient"/>: one sends commands, one reads frames. Either is the only user of its half of the
/// connection. When reading ends everything ends, in this order: no more commands are taken, sending stops, unanswered commands fail,
/// the last event is published.
/// </summary>
internal sealed class ClientLoops : IFrameReceiver, IAsyncDisposable
{
    private const int InFlightCapacity = 1_024;
    private const int FlushAfterBytes = 32_768;

    private readonly ChatConnection _connection;
    private readonly Channel<PendingCommand> _commands;
    private readonly Channel<ServerEvent> _events;
    private readonly ReplyCorrelator _replies = new(InFlightCapacity);
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationTokenSource _readingEnded = new();
    private readonly Task _running;

    private ServerEvent? _parked;
    private (ErrorCode Code, string Reason)? _farewell;
    private volatile bool _quitExpected;

    internal ClientLoops(ChatConnection connection, Channel<PendingCommand> commands, int eventCapacity)
    {
        _connection = connection;
        _commands = commands;
        _events = Channel.CreateBounded<ServerEvent>(new BoundedChannelOptions(eventCapacity) { SingleWriter = true });
        _running = RunAsync();
    }

    internal ChannelReader<ServerEvent> Events => _events.Reader;

    /// <summary>The server will close, and that will be right.</summary>
    internal void ExpectQuit() => _quitExpected = true;

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    bool IFrameReceiver.OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        var role = _replies.Take(frame, line, out var receiptId);
        if (role == FrameRole.Farewell)
            _farewell = (frame.Error, WireText.Decode(frame.Text));
        var happened = role == FrameRole.Push ? ServerEventFactory.FromPush(frame, line)
            : receiptId > 0 ? new MessageDelivered(receiptId)
            : null;
        if (happened is null || _events.Writer.TryWrite(happened))
            return true;
        _parked = happened;
        return false;
    }

    private async Task RunAsync()
    {
        var sending = SendAsync();
        var (last, cause) = await ReadAsync().ConfigureAwait(false);

        _commands.Writer.TryComplete(cause);
        await _readingEnded.CancelAsync().ConfigureAwait(false);
        await sending.ConfigureAwait(false);
        _replies.FailAll(cause);
        while (_commands.Reader.TryRead(out var command))
            command.Fail(cause);
        await _connection.DisposeAsync().ConfigureAwait(false);

        try
        {
            await _events.Writer.WriteAsync(last, _disposing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody is interested any more; where there is room it is said all the same.
            _events.Writer.TryWrite(last);
        }

        _events.Writer.TryComplete();
    }

    private async Task<(Disconnected Last, ChatException Cause)> ReadAsync()
    {
        try
        {
            while (await _connection.ReadAsync(this, _disposing.Token).ConfigureAwait(false))
                await PublishParkedAsync().ConfigureAwait(false);
            await PublishParkedAsync().ConfigureAwait(false);
            var manner = _connection.HasUnderstood ? "" : " without a word: is TLS set right?";
            return Ended(DisconnectReason.ClosedByServer, "the server closed the connection" + manner);
        }
        catch (OperationCanceledException)
        {
            return Ended(DisconnectReason.Disposed, "this client closed the connection");
        }
        catch (ChatProtocolException violation)
        {
            return (new Disconnected(DisconnectReason.ProtocolViolation, violation.Message), violation);
        }
        catch (ChatConnectionException lost)
        {
            return Ended(DisconnectReason.ConnectionLost, lost.Message);
        }
    }

    private (Disconnected Last, ChatException Cause) Ended(DisconnectReason reason, string description)
    {
        if (_farewell is { } farewell)
            return Explain(DisconnectReason.ClosedByServer, $"{description}: {farewell.Reason}", farewell.Code);
        return reason is DisconnectReason.ClosedByServer or DisconnectReason.ConnectionLost && _quitExpected
            ? Explain(DisconnectReason.Quit, "goodbye", null)
            : Explain(reason, description, null);

        static (Disconnected, ChatException) Explain(DisconnectReason reason, string description, ErrorCode? error) =>
            (new Disconnected(reason, description, error), new ChatConnectionException(description));
    }

    private async ValueTask PublishParkedAsync()
    {
        if (_parked is not { } parked)
            return;
        _parked = null;
        await _events.Writer.WriteAsync(parked, _disposing.Token).ConfigureAwait(false);
    }

    private async Task SendAsync()
    {
        try
        {
            while (await _commands.Reader.WaitToReadAsync(_readingEnded.Token).ConfigureAwait(false))
            {
                while (_commands.Reader.TryRead(out var command))
                {
                    if (!command.IsAbandoned)
                        await AppendAsync(command).ConfigureAwait(false);
                    if (_connection.UnflushedBytes > FlushAfterBytes)
                        await _connection.FlushAsync(_readingEnded.Token).ConfigureAwait(false);
                }

                await _connection.FlushAsync(_readingEnded.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChatException)
        {
            // The read loop finds the end of the connection too, after what the server may have said about it; it tells why. A
            // completed command queue is how the end looks from here.
        }
    }

    private async ValueTask AppendAsync(PendingCommand command)
    {
        var fenced = _replies.NeedsFence(command);
        await EnqueueAsync(command).ConfigureAwait(false);
        _connection.Append(command.Line);
        if (!fenced)
            return;
        await EnqueueAsync(new SimpleCommand(ServerFrameKind.Pong) { Line = CommandLines.Ping }).ConfigureAwait(false);
        _connection.Append(CommandLines.Ping);
    }

    /// <summary>Before the bytes: the reply must never be there first.</summary>
    private async ValueTask EnqueueAsync(PendingCommand command)
    {
        if (_replies.Commands.TryWrite(command))
            return;
        try
        {
            // The server has a thousand commands to answer; it must have seen them all before this waits.
            await _connection.FlushAsync(_readingEnded.Token).ConfigureAwait(false);
            await _replies.Commands.WriteAsync(command, _readingEnded.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChatException)
        {
            command.Fail(new ChatConnectionException("the connection has ended", exception));
            throw;
        }
    }
}
