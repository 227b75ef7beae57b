using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>A command that is answered by one frame of a certain kind, or by an error.</summary>
internal sealed class SimpleCommand(ServerFrameKind expected) : PendingCommand<bool>
{
    internal override ReplyProgress Accept(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Error)
            return Reject(frame);
        return frame.Kind == expected ? Answer(true) : ReplyProgress.NotMine;
    }
}

/// <summary>AUTH.</summary>
internal sealed class AuthenticateCommand : PendingCommand<AuthenticationOutcome>
{
    internal override bool IsAuthentication => true;

    internal override ReplyProgress Accept(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        if (frame.Kind == ServerFrameKind.Error)
            return Reject(frame);
        if (frame.Kind != ServerFrameKind.Ok)
            return ReplyProgress.NotMine;
        return Answer(IsRegistered(frame) ? AuthenticationOutcome.Registered : AuthenticationOutcome.Authenticated);
    }

    internal static bool IsRegistered(in ServerFrame frame) => frame.Text.SequenceEqual("registered"u8);
}
