using System.Threading.Channels;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>What a frame turned out to be.</summary>
internal enum FrameRole
{
    /// <summary>A reply, or part of one; it has been taken.</summary>
    Reply,

    /// <summary>The server speaks unasked.</summary>
    Push,

    /// <summary>An error that answers no command: the server's word before it closes.</summary>
    Farewell,
}

/// <summary>
/// Tells replies from pushes, and gives replies to the oldest unanswered command. The write loop appends commands through
/// <see cref="Commands"/> before it sends them; all else is the read loop's.
/// </summary>
/// <remarks>
/// Only <c>DELIVERED &lt;id&gt;</c> can be either. Ids grow over the whole server and replies keep the commands' order, so the reply
/// to a message has a greater id than every reply before it on this connection, and the receipt of a queued message never has:
/// <c>id &gt; last replied id</c> decides. That needs a first replied id. Until there is one, a message that was queued on an earlier
/// connection may be delivered right when this connection's first message is waiting for its reply; then every message is followed by
/// a PING (the fence), and of the ids that come before its PONG the greatest is the reply. An account that was registered on this
/// connection has no earlier messages and needs no fence.
/// </remarks>
internal sealed class ReplyCorrelator(int capacity)
{
    /// <summary>The list of a million accounts with the longest names, and some more. Nothing else is nearly as long.</summary>
    private const int MaxAnswerBytes = 40 * 1_024 * 1_024;

    private readonly Channel<PendingCommand> _inFlight = Channel.CreateBounded<PendingCommand>(
        new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });

    private volatile bool _hasBaseline;
    private long _lastRepliedId;
    private long _candidate;
    private long _answerBytes;

    /// <summary>Commands in the order in which they are sent.</summary>
    internal ChannelWriter<PendingCommand> Commands => _inFlight.Writer;

    /// <summary>Whether a PING must follow the command. Asked by the write loop.</summary>
    internal bool NeedsFence(PendingCommand command) => command.NeedsFence || (command.IsMessage && !_hasBaseline);

    /// <summary>Takes the frame where it is a reply.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="line">The line it was parsed from.</param>
    /// <param name="receiptId">A message that is now known to have been delivered by a push, or 0.</param>
    /// <exception cref="ChatProtocolException">A reply that fits no command, or one without an end.</exception>
    internal FrameRole Take(in ServerFrame frame, ReadOnlySpan<byte> line, out long receiptId)
    {
        receiptId = 0;
        _inFlight.Reader.TryPeek(out var oldest);
        switch (frame.Kind)
        {
            case ServerFrameKind.Delivered:
                return TakeDelivered(frame, line, oldest, out receiptId);
            case ServerFrameKind.Error when IsFarewell(frame.Error, oldest):
                return FrameRole.Farewell;
            case ServerFrameKind.Ok or ServerFrameKind.OkQueued or ServerFrameKind.OkRead or ServerFrameKind.Error or ServerFrameKind.Pong
                or ServerFrameKind.Online or ServerFrameKind.Known or ServerFrameKind.HistoryCount or ServerFrameKind.History:
                receiptId = Settle(frame, oldest);
                Give(frame, line);
                return FrameRole.Reply;
            default:
                return FrameRole.Push;
        }
    }

    /// <summary>Ends the wait of everybody who was not answered. Called when both loops have ended.</summary>
    internal void FailAll(Exception exception)
    {
        _inFlight.Writer.TryComplete();
        while (_inFlight.Reader.TryRead(out var command))
            command.Fail(exception);
    }

    private FrameRole TakeDelivered(in ServerFrame frame, ReadOnlySpan<byte> line, PendingCommand? oldest, out long receiptId)
    {
        receiptId = 0;
        if (oldest is not { IsMessage: true } || (_hasBaseline && frame.Id <= _lastRepliedId))
            return FrameRole.Push;
        if (_hasBaseline)
        {
            _lastRepliedId = frame.Id;
            Give(frame, line);
        }
        else
        {
            receiptId = Math.Min(_candidate, frame.Id);
            _candidate = Math.Max(_candidate, frame.Id);
        }

        return FrameRole.Reply;
    }

    /// <summary>Another reply came while a DELIVERED was undecided: it decides.</summary>
    /// <returns>The id that turned out to be a receipt, or 0.</returns>
    private long Settle(in ServerFrame frame, PendingCommand? oldest)
    {
        var candidate = _candidate;
        _candidate = 0;
        if (frame.Kind == ServerFrameKind.Pong && candidate > 0)
        {
            Raise(candidate);
            var delivered = new ServerFrame { Kind = ServerFrameKind.Delivered, Id = candidate };
            Give(delivered, System.Text.Encoding.ASCII.GetBytes($"DELIVERED {candidate}"));
            return 0;
        }

        if (frame.Kind == ServerFrameKind.OkQueued)
            Raise(frame.Id);
        else if (frame.Kind == ServerFrameKind.Ok && oldest is { IsAuthentication: true } && AuthenticateCommand.IsRegistered(frame))
            Raise(0);
        return candidate;
    }

    private void Raise(long repliedId)
    {
        _lastRepliedId = Math.Max(_lastRepliedId, repliedId);
        _hasBaseline = true;
    }

    private void Give(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        while (_inFlight.Reader.TryPeek(out var command))
        {
            var progress = command.Accept(frame, line);
            if (progress == ReplyProgress.More)
            {
                Measure(line);
                return;
            }

            if (progress == ReplyProgress.NotMine && !command.TryFinish())
                throw new ChatProtocolException($"the server answered a command with something that is no answer to it: {frame.Kind}");
            _inFlight.Reader.TryRead(out _);
            _answerBytes = 0;
            if (progress == ReplyProgress.Done)
                return;
        }

        throw new ChatProtocolException($"the server answered though nothing was asked: {frame.Kind}");
    }

    private void Measure(ReadOnlySpan<byte> line)
    {
        _answerBytes += line.Length + 1;
        if (_answerBytes > MaxAnswerBytes)
            throw new ChatProtocolException($"the server's answer has more than {MaxAnswerBytes} bytes and no end");
    }

    private static bool IsFarewell(ErrorCode code, PendingCommand? oldest) => oldest is null
        || code is ErrorCode.Timeout or ErrorCode.ServerFull or ErrorCode.SlowConsumer
        || (code == ErrorCode.Suspended && !oldest.IsAuthentication);
}
