using System.IO.Pipelines;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>Sessions whose users have logged in and that no engine serves.</summary>
internal static class LooseSession
{
    public static Session Of(long accountId, string name) => Of(new UserSessions(accountId, UserName.Parse(name)));

    public static Session Of(UserSessions user)
    {
        var pipe = new Pipe();
        var session = new Session(new ChatConnection(new Duplex(pipe), static () => { }), 1 << 16, acceptedAt: 0);
        session.Authenticated(user, new DeliveryState(0), onlineSequence: 1);
        return session;
    }

    private sealed class Duplex(Pipe pipe) : IDuplexPipe
    {
        public PipeReader Input => pipe.Reader;

        public PipeWriter Output => pipe.Writer;
    }
}
