using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>Any line at all. The verb tells how many lines the answer has; they are kept as they came.</summary>
internal sealed class RawCommand(CommandVerb verb) : PendingCommand<IReadOnlyList<string>>
{
    private readonly List<string> _lines = [];
    private long _remaining = -1;
    private bool _knownSeen;

    internal override bool NeedsFence => verb == CommandVerb.List;

    internal override bool IsMessage => verb == CommandVerb.Msg;

    internal override bool IsAuthentication => verb == CommandVerb.Auth;

    internal override ReplyProgress Accept(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        var progress = Judge(frame);
        if (progress != ReplyProgress.NotMine)
            _lines.Add(WireText.Decode(line));
        if (progress == ReplyProgress.Done)
            Answer(_lines);
        return progress;
    }

    internal override bool TryFinish()
    {
        if (_knownSeen)
            Answer(_lines);
        return _knownSeen;
    }

    private ReplyProgress Judge(in ServerFrame frame)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.Online when verb == CommandVerb.List && !_knownSeen:
                return ReplyProgress.More;
            case ServerFrameKind.Known when verb == CommandVerb.List:
                _knownSeen = true;
                return ReplyProgress.More;
            case ServerFrameKind.HistoryCount when verb == CommandVerb.History && _remaining < 0:
                _remaining = HistoryCommand.Count(frame);
                return _remaining == 0 ? ReplyProgress.Done : ReplyProgress.More;
            case ServerFrameKind.History when _remaining > 0:
                return --_remaining == 0 ? ReplyProgress.Done : ReplyProgress.More;
            case ServerFrameKind.Error:
                return ReplyProgress.Done;
            case ServerFrameKind.Pong:
                return verb == CommandVerb.Ping ? ReplyProgress.Done : ReplyProgress.NotMine;
            default:
                return _remaining < 0 && !_knownSeen && IsSingle(frame.Kind) ? ReplyProgress.Done : ReplyProgress.NotMine;
        }
    }

    private bool IsSingle(ServerFrameKind kind) => kind switch
    {
        ServerFrameKind.Delivered or ServerFrameKind.OkQueued => IsMessage,
        ServerFrameKind.Ok or ServerFrameKind.OkRead => true,
        _ => false,
    };
}
