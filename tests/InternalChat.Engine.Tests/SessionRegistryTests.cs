using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class SessionRegistryTests
{
    private static readonly UserName Alice = UserName.Parse("alice");
    private static readonly RateLimit Limit = new(1, TimeSpan.FromSeconds(10));

    private readonly FakeTimeProvider _time = new();
    private readonly SessionRegistry _registry;

    public SessionRegistryTests() => _registry = new SessionRegistry(new CurrentOptions(TestServer.QuietLive), _time);

    [Fact]
    public void A_session_that_goes_offline_takes_no_newer_one_of_the_same_user_with_it()
    {
        var old = LogIn();
        var current = LogIn();
        _registry.SetOffline(old);
        Assert.True(_registry.TryGetOnline(1, out var user));
        Assert.False(user.Holds(old));
        Assert.True(user.Holds(current));
        Assert.Equal([current], _registry.Online);
        _registry.SetOffline(current);
        Assert.False(_registry.TryGetOnline(1, out _));
        Assert.Empty(_registry.Users);
        Assert.Empty(_registry.Online);
    }

    [Fact]
    public void A_connection_is_met_before_and_after_its_login_and_not_after_its_end()
    {
        var session = Idle.Session();
        Assert.Equal(CloseReason.None, _registry.Admit(session));
        Assert.Equal([session], _registry.Connections);
        Assert.Equal([session], _registry.Unauthenticated);
        BringOnline(session);
        Assert.Equal([session], _registry.Connections);
        Assert.Empty(_registry.Unauthenticated);
        _registry.SetOffline(session);
        Assert.Empty(_registry.Connections);
    }

    [Fact]
    public void A_user_is_remembered_while_its_messages_still_count_and_not_longer()
    {
        var session = LogIn();
        var user = session.User;
        Assert.True(user.TryAcceptMessage(Limit, _time));
        _registry.SetOffline(session);
        _time.Advance(Limit.Window - TimeSpan.FromTicks(1));
        _registry.Forget();
        Assert.Same(user, _registry.UserOf(1, Alice));
        Assert.False(user.TryAcceptMessage(Limit, _time));
        _time.Advance(TimeSpan.FromTicks(1));
        _registry.Forget();
        Assert.NotSame(user, _registry.UserOf(1, Alice));
    }

    [Fact]
    public void A_user_who_has_come_back_is_not_forgotten()
    {
        var session = LogIn();
        var user = session.User;
        Assert.True(user.TryAcceptMessage(Limit, _time));
        _registry.SetOffline(session);
        LogIn();
        _time.Advance(Limit.Window);
        _registry.Forget();
        Assert.True(_registry.TryGetOnline(1, out var online));
        Assert.Same(user, online);
    }

    [Fact]
    public void A_user_who_has_sent_nothing_is_not_remembered()
    {
        var session = LogIn();
        _registry.SetOffline(session);
        Assert.NotSame(session.User, _registry.UserOf(1, Alice));
    }

    [Fact]
    public void A_login_that_does_not_come_online_leaves_nothing_and_takes_nothing_away()
    {
        var session = LogIn();
        Assert.True(session.User.TryAcceptMessage(Limit, _time));
        _registry.SetOffline(session);
        Assert.Same(session.User, _registry.UserOf(1, Alice));
        Assert.Same(session.User, _registry.UserOf(1, Alice));
        Assert.NotSame(_registry.UserOf(2, Alice), _registry.UserOf(2, Alice));
        Assert.Empty(_registry.Users);
    }

    private Session LogIn()
    {
        var session = Idle.Session();
        BringOnline(session);
        return session;
    }

    private void BringOnline(Session session)
    {
        Idle.LogIn(session, _registry.UserOf(1, Alice));
        _registry.SetOnline(session);
    }
}
