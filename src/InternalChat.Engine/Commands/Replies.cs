using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Engine.Commands;

/// <summary>Replies that the read loop makes itself, once the writer has nothing of this connection any more.</summary>
internal sealed class Replies(EngineMetrics metrics)
{
    /// <summary>Whether a reply of the read loop would be in order now.</summary>
    public static bool IsIdle(Session session) => session.InFlight is null || session.InFlight.Count == 0;

    public CommandStep Error(Session session, ErrorCode code)
    {
        if (!IsIdle(session))
            return CommandStep.WhenIdle;
        AppendError(session, code);
        return CommandStep.Short;
    }

    public void AppendError(Session session, ErrorCode code)
    {
        metrics.ErrorSent(code);
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            session.Wire.ErrorFrame(writer, code);
    }

    public void AppendError(Session session, ErrorCode code, ReadOnlySpan<byte> reason)
    {
        metrics.ErrorSent(code);
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            session.Wire.ErrorFrame(writer, code, reason);
    }

    /// <summary>The line does not parse.</summary>
    public void AppendBadRequest(Session session, ParseError error)
    {
        metrics.ErrorSent(ErrorCode.BadRequest);
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            session.Wire.BadRequest(writer, error);
    }
}
