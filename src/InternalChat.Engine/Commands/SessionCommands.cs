using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Logins;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Versions;

namespace InternalChat.Engine.Commands;

/// <summary>HELLO, AUTH, PING and QUIT.</summary>
internal sealed class SessionCommands(
    EngineOptions options, Authenticator authenticator, CurrentOptions current, Replies replies, EngineMetrics metrics,
    FailedLogins failed, TimeProvider time)
{
    public CommandStep Hello(Session session, in Command command)
    {
        if (Find(command.First) is not { } wire || (session.IsAuthenticated && wire != session.Wire))
            return replies.Error(session, ErrorCode.BadVersion);
        session.Wire = wire;
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            session.Wire.OkHello(writer);
        return CommandStep.Short;
    }

    public CommandStep Auth(Session session, in Command command)
    {
        if (session.IsAuthenticated)
            return replies.Error(session, ErrorCode.AlreadyAuthenticated);
        if (!UserName.TryParse(command.First, out var name))
            return Refuse(session, ErrorCode.InvalidUsername);
        if (CodePoints(command.Second) < WireLimits.MinPasswordCharacters)
            return Refuse(session, ErrorCode.WeakPassword, name);
        // Else it has just had to give way, and is to end.
        return session.Place?.TryBeginLogin() ?? true
            ? CommandStep.After(LogInAsync(session, name, command.Second.ToArray()))
            : CommandStep.Done;
    }

    public static CommandStep Ping(Session session, in Command command)
    {
        using var scope = session.Outbound.Begin();
        if (scope.Writer is { } writer)
            session.Wire.Pong(writer);
        return CommandStep.Short;
    }

    // The farewell is the closing's last line.
    public static CommandStep Quit(Session session, in Command command) => CommandStep.Finish;

    private async Task LogInAsync(Session session, UserName name, byte[] password)
    {
        session.IsAuthenticating = true;
        if (await authenticator.LogInAsync(session, name, password) is { } refusal)
            Refuse(session, refusal, name);
        session.IsAuthenticating = false;
        LeaveOrKeepPlace(session);
        // The heartbeat finds a connection that pipelines logins in the middle of one each time it looks.
        if (session.IsOverdue(current.Live.AuthTimeout, time))
            session.RequestClose(CloseReason.AuthTimeout);
        // What is sent behind AUTH in one piece is answered behind the messages that wait, as far as a client may rely on that.
        if (session.Delivery is { } delivery)
            await session.Outbound.WhenEndingOr(delivery.WhenGiven(PendingGiven.Enough));
    }

    private static void LeaveOrKeepPlace(Session session)
    {
        if (session.Place is not { } place)
            return;
        if (session.IsAuthenticated)
        {
            place.LoggedIn();
            session.Place = null;
        }
        else if (!place.TryKeepAfterRefusal())
            session.RequestClose(CloseReason.MadeRoom);
    }

    /// <summary>AUTH is not pipelined: nothing of this connection is with the writer, so its reply is in order.</summary>
    private CommandStep Refuse(Session session, LoginRefusal refusal, UserName? name = null)
    {
        var code = refusal.Code;
        metrics.LoginRefused(code);
        failed.Note(session.RemoteAddress, name, code);
        // With registration closed an unknown name is told as little as a wrong password, and so both are told what to do.
        if (code == ErrorCode.AuthFailed && !current.Live.RegistrationOpen)
            replies.AppendError(session, code, "no such account or wrong password; the operator creates accounts"u8);
        else if (refusal.Registration == RegistrationRefusal.Limit)
            replies.AppendError(session, code, "too many new accounts have been made, try again later"u8);
        else if (refusal.Registration == RegistrationRefusal.LowDisk)
            replies.AppendError(session, code, "the server is short of disk space and makes no new accounts"u8);
        else
            replies.AppendError(session, code);
        if (session.FailedLogins >= current.Live.FailedLoginsPerConnection)
            session.RequestClose(CloseReason.FailedLogins);
        return CommandStep.Short;
    }

    /// <summary>The format of which HELLO gives the version; null if the server does not speak it.</summary>
    private WireFormat? Find(ReadOnlySpan<byte> version)
    {
        foreach (var format in options.Formats)
        {
            if (version.SequenceEqual(format.Version))
                return format;
        }

        return null;
    }

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
