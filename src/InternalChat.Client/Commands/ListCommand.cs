using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>
/// LIST: lines of those online, then lines of those known. No line says that it is the last one, hence the fence.
/// </summary>
internal sealed class ListCommand : PendingCommand<UserList>
{
    private readonly List<UserName> _online = [];
    private readonly List<UserName> _known = [];
    private bool _knownSeen;

    internal override bool NeedsFence => true;

    internal override ReplyProgress Accept(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        switch (frame.Kind)
        {
            case ServerFrameKind.Online when !_knownSeen:
                WireText.AddNames(frame.Text, _online);
                return ReplyProgress.More;
            case ServerFrameKind.Known:
                _knownSeen = true;
                WireText.AddNames(frame.Text, _known);
                return ReplyProgress.More;
            case ServerFrameKind.Error:
                return Reject(frame);
            default:
                return ReplyProgress.NotMine;
        }
    }

    internal override bool TryFinish()
    {
        if (_knownSeen)
            Answer(new UserList(_online, _known));
        return _knownSeen;
    }
}
