using System.Diagnostics;
using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.History;

/// <summary>
/// A conversation that stays in the database, so that a later run finds it: all messages are from the user who asks to the other one,
/// with sequence numbers from 0.
/// </summary>
/// <param name="number">Stands in the bodies as the sender.</param>
/// <param name="prefix">Of the accounts' names.</param>
internal sealed class Conversation(int number, string prefix)
{
    /// <summary>In place of a run's number: messages of any run belong to the same conversation.</summary>
    private const uint AnyRun = 0;

    internal string Asker { get; } = $"{prefix}-h-{number:D5}";

    internal string Peer { get; } = $"{prefix}-p-{number:D5}";

    /// <summary>What is there; known once it is filled.</summary>
    internal long Messages { get; set; }

    internal BodyHeader Header(long sequence, in SendTimes times) => new(AnyRun, (uint)number, sequence, times);

    /// <summary>Reads the sequence number of one of its messages.</summary>
    /// <returns>False where the body is not one that was sent here.</returns>
    internal bool TryRead(in ServerFrame frame, out long sequence)
    {
        var isRead = MessageBody.TryRead(frame.Text, out var header) && header.Run == AnyRun && header.Sender == number;
        sequence = header.Sequence;
        return isRead;
    }

    /// <summary>Takes what arrives for the other one while the conversation is filled, so that nothing stays pending.</summary>
    internal sealed class PeerReader : IConnectionHandler
    {
        public bool OnDrained() => false;

        public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line) => true;
    }
}

/// <summary>Sends what a conversation lacks: the number of its last message says what is there. One thread at a time.</summary>
internal sealed class ConversationFill : IConnectionHandler
{
    private const int Window = 64;

    private readonly Conversation _conversation;
    private readonly LoadConnection _connection;
    private readonly CancellationToken _stopped;
    private readonly byte[] _peer;
    private readonly byte[] _body;
    private readonly int _wanted;
    private long _sent;
    private long _lastAnsweredId;
    private string? _problem;
    private Stage _stage = Stage.Asking;

    private ConversationFill(Conversation conversation, LoadConnection connection, HistoryOptions options, CancellationToken stopped)
    {
        _conversation = conversation;
        _connection = connection;
        _stopped = stopped;
        _peer = Encoding.ASCII.GetBytes(conversation.Peer);
        _wanted = options.Messages;
        _body = new byte[options.BodyBytes];
        MessageBody.WriteFiller(_body);
    }

    private enum Stage
    {
        Asking,
        WaitingForTheLast,
        Sending,
        Leaving,
    }

    /// <summary>Makes the accounts where they are missing, and fills the conversation.</summary>
    /// <exception cref="ChatException">It cannot be filled.</exception>
    /// <exception cref="OperationCanceledException">The user ended it.</exception>
    internal static async Task RunAsync(
        Conversation conversation, HistoryOptions options, LoadRun run, CancellationToken cancellationToken)
    {
        await using var peer = await run.Connections.OpenAsync(conversation.Peer, dueAt: null, cancellationToken);
        await using var asker = await run.Connections.OpenAsync(conversation.Asker, dueAt: null, cancellationToken);
        var reading = run.KeepAsync(peer, new Conversation.PeerReader());
        var fill = new ConversationFill(conversation, asker, options, cancellationToken);
        await asker.RunAsync(fill);
        await peer.DisposeAsync();
        await reading;
        cancellationToken.ThrowIfCancellationRequested();
        if (fill._problem is not null || conversation.Messages < options.Messages)
        {
            throw new LoginException(
                $"the conversation of {conversation.Asker} and {conversation.Peer} cannot be filled: "
                    + (fill._problem ?? "the server ended it"));
        }
    }

    public bool OnDrained()
    {
        switch (_stage)
        {
            case Stage.Asking:
                ClientFrames.History(_connection.Output, _peer, 1);
                _stage = Stage.WaitingForTheLast;
                break;
            case Stage.Sending when _problem is null && _conversation.Messages < _wanted && !_stopped.IsCancellationRequested:
                Send();
                break;
            case Stage.Sending:
                ClientFrames.Quit(_connection.Output);
                _stage = Stage.Leaving;
                break;
        }

        return _connection.UnflushedBytes > 0;
    }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.HistoryCount when frame.Id == 0:
                _stage = Stage.Sending;
                break;
            case ServerFrameKind.History:
                if (_conversation.TryRead(frame, out var last))
                    _sent = _conversation.Messages = last + 1;
                else
                    _problem = "somebody else's message is in it, use another --accounts-prefix";
                _stage = Stage.Sending;
                break;

            // Ids of replies increase: one that is not above the last belongs to a message that was queued and counted.
            case ServerFrameKind.OkQueued or ServerFrameKind.Delivered when frame.Id > _lastAnsweredId:
                _lastAnsweredId = frame.Id;
                _conversation.Messages++;
                break;
            case ServerFrameKind.Error:
                _problem = Encoding.UTF8.GetString(line);
                _stage = Stage.Sending;
                break;
        }

        return true;
    }

    private void Send()
    {
        for (; _sent < _wanted && _sent - _conversation.Messages < Window; _sent++)
        {
            var now = Stopwatch.GetTimestamp();
            MessageBody.Write(_body, _conversation.Header(_sent, new SendTimes(now, now)));
            ClientFrames.Msg(_connection.Output, _peer, _body);
        }
    }
}
