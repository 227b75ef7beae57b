using System.IO.Pipelines;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;

namespace InternalChat.Engine.Tests;

public sealed class SessionRegistryTests
{
    [Fact]
    public void A_session_that_goes_offline_takes_no_newer_one_of_the_same_user_with_it()
    {
        var registry = new SessionRegistry(new CurrentOptions(TestServer.QuietLive));
        var (old, current) = (NewSession(), NewSession());
        registry.SetOnline(old);
        registry.SetOnline(current);
        registry.SetOffline(old);
        Assert.True(registry.TryGetOnline(1, out var online));
        Assert.Same(current, online);
        registry.SetOffline(current);
        Assert.False(registry.TryGetOnline(1, out _));
    }

    private static Session NewSession()
    {
        var pipe = new Pipe();
        var session = new Session(new ChatConnection(new Duplex(pipe.Reader, pipe.Writer), static () => { }), 1 << 16, acceptedAt: 0);
        session.Authenticated(1, UserName.Parse("alice"), new DeliveryState(0), onlineSequence: 1);
        return session;
    }
}
