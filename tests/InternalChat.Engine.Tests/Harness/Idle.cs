using System.IO.Pipelines;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>Sessions of which nothing happens by itself: no engine serves them.</summary>
internal static class Idle
{
    public static Session Session() => Session(new Pipe().Writer);

    public static Session Session(PipeWriter output, ITransportProgress? progress = null) =>
        new(new ChatConnection(new Duplex(new Pipe().Reader, output), static () => { }, Progress: progress), 1 << 16, acceptedAt: 0);

    /// <summary>One whose user has logged in.</summary>
    public static Session LoggedIn(UserSessions user)
    {
        var session = Session();
        LogIn(session, user);
        return session;
    }

    public static void LogIn(Session session, UserSessions user) =>
        session.Authenticated(user, new DeliveryState(deliveredThrough: 0), onlineSequence: 1);
}
