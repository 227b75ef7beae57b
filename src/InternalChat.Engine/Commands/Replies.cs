using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Writing;

namespace InternalChat.Engine.Commands;

/// <summary>Replies that the read loop makes itself, once the writer has nothing of this connection any more.</summary>
internal static class Replies
{
    /// <summary>Whether a reply of the read loop would be in order now.</summary>
    public static bool IsIdle(Session session) => session.InFlight is null || session.InFlight.Count == 0;

    public static CommandStep Error(Session session, ErrorCode code)
    {
        if (!IsIdle(session))
            return CommandStep.WhenIdle;
        AppendError(session, code);
        return CommandStep.Done;
    }

    public static void AppendError(Session session, ErrorCode code) => AppendError(session, code, WireErrors.Reason(code));

    public static void AppendError(Session session, ErrorCode code, ReadOnlySpan<byte> reason)
    {
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            ServerFrames.Error(writer, code, reason);
    }
}
