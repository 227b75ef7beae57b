using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>MSG. Every answer is a result, errors too.</summary>
internal sealed class SendCommand : PendingCommand<SendResult>
{
    internal override bool IsMessage => true;

    internal override ReplyProgress Accept(in ServerFrame frame, ReadOnlySpan<byte> line) => frame.Kind switch
    {
        ServerFrameKind.Delivered => Answer(SendResult.Delivered(frame.Id)),
        ServerFrameKind.OkQueued => Answer(SendResult.Queued(frame.Id)),
        ServerFrameKind.Error => Answer(SendResult.Rejected(frame.Error, WireText.Decode(frame.Text))),
        _ => ReplyProgress.NotMine,
    };
}
