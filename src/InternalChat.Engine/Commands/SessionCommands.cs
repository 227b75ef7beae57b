using InternalChat.Engine.Accounts;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Engine.Commands;

/// <summary>HELLO, AUTH, PING and QUIT.</summary>
internal sealed class SessionCommands(
    Authenticator authenticator, CurrentOptions current, Replies replies, EngineMetrics metrics, FailedLogins failed, TimeProvider time)
{
    public CommandStep Hello(Session session, in Command command)
    {
        if (!command.First.SequenceEqual("1"u8))
            return replies.Error(session, ErrorCode.BadVersion);
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            ServerFrames.OkHello(writer);
        return CommandStep.Done;
    }

    public CommandStep Auth(Session session, in Command command)
    {
        if (session.IsAuthenticated)
            return replies.Error(session, ErrorCode.AlreadyAuthenticated);
        if (!UserName.TryParse(command.First, out var name))
            return Refuse(session, ErrorCode.InvalidUsername);
        if (CodePoints(command.Second) < WireLimits.MinPasswordCharacters)
            return Refuse(session, ErrorCode.WeakPassword, name);
        return CommandStep.After(LogInAsync(session, name, command.Second.ToArray()));
    }

    public static CommandStep Ping(Session session, in Command command)
    {
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            ServerFrames.Pong(writer);
        return CommandStep.Done;
    }

    public static CommandStep Quit(Session session, in Command command)
    {
        // The farewell is the closing's last line.
        session.RequestClose(CloseReason.Quit);
        return CommandStep.Done;
    }

    private async Task LogInAsync(Session session, UserName name, byte[] password)
    {
        session.IsAuthenticating = true;
        if (await authenticator.LogInAsync(session, name, password) is { } refusal)
            Refuse(session, refusal, name);
        session.IsAuthenticating = false;
        // The heartbeat finds a connection that pipelines logins in the middle of one each time it looks.
        if (session.IsOverdue(current.Live.AuthTimeout, time))
            session.RequestClose(CloseReason.AuthTimeout);
    }

    /// <summary>AUTH is not pipelined: nothing of this connection is with the writer, so its reply is in order.</summary>
    private CommandStep Refuse(Session session, ErrorCode code, UserName? name = null)
    {
        metrics.LoginRefused(code);
        failed.Note(session.RemoteAddress, name, code);
        replies.AppendError(session, code, Reason(code));
        if (session.FailedLogins >= current.Live.FailedLoginsPerConnection)
            session.RequestClose(CloseReason.FailedLogins);
        return CommandStep.Done;
    }

    /// <summary>With registration closed an unknown name is told as little as a wrong password, and so both are told what to do.</summary>
    private ReadOnlySpan<byte> Reason(ErrorCode code) => code == ErrorCode.AuthFailed && !current.Live.RegistrationOpen
        ? "no such account or wrong password; the operator creates accounts"u8
        : WireErrors.Reason(code);

    /// <summary>Every byte that does not continue a code point begins one; the line is valid UTF-8.</summary>
    private static int CodePoints(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var unit in utf8)
        {
            if ((unit & 0b1100_0000) != 0b1000_0000)
                count++;
        }

        return count;
    }
}
