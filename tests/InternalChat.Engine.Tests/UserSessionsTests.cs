using System.IO.Pipelines;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.Storage;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class UserSessionsTests
{
    private static readonly UserName Alice = UserName.Parse("alice");
    private readonly UserSessions _user = new(1, Alice);

    [Fact]
    public void The_first_session_comes_in() => Assert.Equal(Admission.Now, Admit());

    [Fact]
    public void A_second_session_is_refused_while_the_first_is_open()
    {
        Online();
        Assert.Equal(Admission.Refused, Admit());
        Assert.Null(_user.TakeWaiting());
    }

    [Fact]
    public void While_the_first_is_closing_one_login_waits_and_others_are_refused()
    {
        var first = Online();
        first.RequestClose(CloseReason.Quit);
        var (session, request) = (Idle.Session(), Request());
        Assert.Equal(Admission.WhenOthersHaveEnded, _user.Admit(session, request));
        Assert.Equal(Admission.Refused, Admit());
        Assert.Equal(new WaitingLogin(session, request), _user.TakeWaiting());
        Assert.Null(_user.TakeWaiting());
    }

    [Fact]
    public void A_session_that_is_closing_gets_no_more_time_than_others_once_a_login_waits_for_it()
    {
        var first = Online();
        first.RequestClose(CloseReason.Quit);
        Assert.False(first.IsCloseHurried);
        Admit();
        Assert.True(first.IsCloseHurried);
    }

    [Fact]
    public void A_session_whose_peer_is_gone_keeps_nobody_out_though_nobody_has_noticed()
    {
        var progress = new FakeProgress();
        var first = Online(progress);
        Assert.Equal(Admission.Refused, Admit());
        progress.IsPeerGone = true;
        Assert.Equal(Admission.WhenOthersHaveEnded, Admit());
        Assert.True(first.Outbound.IsClosed);
    }

    [Fact]
    public void A_login_that_waits_gives_way_when_its_peer_is_gone()
    {
        Online().RequestClose(CloseReason.Quit);
        var progress = new FakeProgress();
        var (dead, request) = (Idle.Session(new Pipe().Writer, progress), Request());
        Assert.Equal(Admission.WhenOthersHaveEnded, _user.Admit(dead, request));
        Assert.Equal(Admission.Refused, Admit());
        Assert.False(request.Outcome.Task.IsCompleted);
        progress.IsPeerGone = true;
        var (session, next) = (Idle.Session(), Request());
        Assert.Equal(Admission.WhenOthersHaveEnded, _user.Admit(session, next));
        Assert.True(request.Outcome.Task.IsCompletedSuccessfully);
        Assert.Equal(new WaitingLogin(session, next), _user.TakeWaiting());
    }

    [Fact]
    public void After_a_login_that_waited_no_longer_another_may_wait()
    {
        Online().RequestClose(CloseReason.Quit);
        Assert.Equal(Admission.WhenOthersHaveEnded, Admit());
        _user.TakeWaiting();
        Assert.Equal(Admission.WhenOthersHaveEnded, Admit());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_login_does_not_wait_for_one_session_that_closes_beside_one_that_is_open(int closing)
    {
        Session[] sessions = [Online(), Online()];
        var open = sessions[1 - closing];
        sessions[closing].RequestClose(CloseReason.Quit);
        Assert.Equal(Admission.Refused, Admit());
        _user.Remove(open);
        Assert.Equal(Admission.WhenOthersHaveEnded, Admit());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_session_that_ends_leaves_the_others(int ending)
    {
        Session[] sessions = [Online(), Online(), Online()];
        _user.Remove(sessions[ending]);
        Assert.Equivalent(sessions.Except([sessions[ending]]), Sessions());
        Assert.Equal([false, true, true], sessions.Select(_user.Holds).Order());
        Assert.False(_user.Holds(sessions[ending]));
        foreach (var session in sessions)
            _user.Remove(session);
        Assert.True(_user.IsEmpty);
    }

    [Fact]
    public void Whoever_goes_through_the_sessions_while_they_end_misses_none_that_stays()
    {
        Session[] sessions = [Online(), Online(), Online(), Online()];
        var met = new List<Session>();
        foreach (var session in _user)
        {
            met.Add(session);
            if (session != sessions[0])
                _user.Remove(session);
        }

        Assert.Equal(sessions.Reverse(), met);
        Assert.Equal([sessions[0]], Sessions());
    }

    [Fact]
    public void What_the_operator_made_of_the_account_holds_until_the_last_session_has_ended()
    {
        var first = Online();
        _user.Status = AccountStatus.Suspended;
        var second = Online();
        Assert.Equal(AccountStatus.Suspended, _user.Status);
        _user.Remove(first);
        _user.Remove(second);
        Assert.Equal(AccountStatus.Suspended, _user.Status);
        Online();
        Assert.Equal(AccountStatus.Active, _user.Status);
    }

    [Fact]
    public void Messages_count_for_the_user_whatever_the_limit_is_meanwhile()
    {
        var time = new FakeTimeProvider();
        var window = TimeSpan.FromSeconds(10);
        Assert.True(_user.TryAcceptMessage(null, time));
        Assert.False(_user.HasRecentMessages(time.GetTimestamp()));
        Assert.True(_user.TryAcceptMessage(new RateLimit(2, window), time));
        Assert.True(_user.TryAcceptMessage(null, time));
        Assert.True(_user.TryAcceptMessage(new RateLimit(2, window), time));
        Assert.False(_user.TryAcceptMessage(new RateLimit(2, window), time));
        Assert.False(_user.TryAcceptMessage(new RateLimit(1, window), time));
        Assert.True(_user.TryAcceptMessage(new RateLimit(3, window), time));
        Assert.True(_user.HasRecentMessages(time.GetTimestamp()));
        time.Advance(window);
        Assert.False(_user.HasRecentMessages(time.GetTimestamp()));
    }

    private Session Online(FakeProgress? progress = null)
    {
        var session = Idle.Session(new Pipe().Writer, progress);
        Idle.LogIn(session, _user);
        _user.Add(session);
        return session;
    }

    private Admission Admit() => _user.Admit(Idle.Session(), Request());

    private static LoginRequest Request() => new(Alice, AccountId: 1, NewPasswordHash: null);

    private List<Session> Sessions()
    {
        var sessions = new List<Session>();
        foreach (var session in _user)
            sessions.Add(session);
        return sessions;
    }
}
