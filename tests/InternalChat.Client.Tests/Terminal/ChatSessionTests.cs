using System.Threading.Channels;
using InternalChat.Client.Tests.Harness;
using InternalChat.Terminal.Options;
using InternalChat.Terminal.Session;
using InternalChat.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Client.Tests.Terminal;

/// <summary>The session of the interactive client over real sockets, against a scripted server.</summary>
public sealed class ChatSessionTests : IDisposable
{
    private readonly FakeServer _server = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Listener _listener = new();
    private readonly CancellationTokenSource _leaving = new();

    public void Dispose()
    {
        _leaving.Dispose();
        _server.Dispose();
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("STORAGE")]
    [InlineData("BUSY")]
    [InlineData("SERVER_FULL")]
    [InlineData("TIMEOUT")]
    [InlineData("ALREADY_CONNECTED")]
    [InlineData("AUTH_THROTTLED")]
    [InlineData("CODE_OF_A_LATER_VERSION")]
    public async Task A_login_that_is_refused_for_now_is_tried_again(string code)
    {
        var session = Start();
        var running = session.RunAsync(_leaving.Token);
        (await AcceptLoginAsync("OK authenticated")).Dispose();
        for (var i = 0; i < 10; i++)
        {
            await TryNowAsync(session);
            (await AcceptLoginAsync($"ERROR {code} not now")).Dispose();
        }

        await TryNowAsync(session);
        using var peer = await AcceptLoginAsync("OK authenticated");

        await LeaveAsync(running);
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("AUTH_FAILED")]
    [InlineData("SUSPENDED")]
    [InlineData("REGISTRATION_CLOSED")]
    [InlineData("INVALID_USERNAME")]
    [InlineData("WEAK_PASSWORD")]
    [InlineData("BAD_REQUEST")]
    public async Task A_login_that_is_refused_for_good_ends_the_session(string code)
    {
        var session = Start();
        var running = session.RunAsync(_leaving.Token);
        (await AcceptLoginAsync("OK authenticated")).Dispose();
        await TryNowAsync(session);
        using var peer = await AcceptLoginAsync($"ERROR {code} never");

        Assert.Equal(ExitStatus.NotAuthenticated, await running);
        Assert.Equal("login refused: never", _listener.LastWords);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_server_that_closes_after_every_login_is_tried_less_and_less_often()
    {
        var session = Start();
        var running = session.RunAsync(_leaving.Token);
        TimeSpan wait = default;
        for (var i = 0; i < 10; i++)
        {
            (await AcceptLoginAsync("OK authenticated")).Dispose();
            await _listener.ConnectedAsync();
            wait = await TryNowAsync(session);
        }

        Assert.InRange(wait, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));

        // A connection that held shows that all is well again.
        var peer = await AcceptLoginAsync("OK authenticated");
        await _listener.ConnectedAsync();
        _time.Advance(TimeSpan.FromSeconds(30));
        peer.Dispose();
        Assert.InRange(await TryNowAsync(session), TimeSpan.Zero, TimeSpan.FromSeconds(0.5));

        await LeaveAsync(running);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_key_does_not_wait_for_all_that_the_server_has_sent()
    {
        const int Notices = 1_000;
        var shown = 0;
        var shownAtKey = 0;
        _listener.OnHappened = () =>
        {
            if (++shown != 1)
                return;
            // The server answers behind its notices; then all of them are here.
            _listener.Client!.PingAsync(TestContext.Current.CancellationToken).Wait(TestContext.Current.CancellationToken);
            SynchronizationContext.Current!.Post(_ => shownAtKey = shown, null);
        };

        var session = Start();
        var running = Task.Run(() => UiLoop.Run(() => session.RunAsync(_leaving.Token)), TestContext.Current.CancellationToken);
        using var peer = await AcceptLoginAsync("OK authenticated");
        await peer.SendAsync([.. Enumerable.Repeat("INFO notice x", Notices)]);
        await peer.ExpectAsync("PING");
        await peer.SendAsync("PONG");
        peer.Dispose();
        await _listener.WaitingAsync();
        await LeaveAsync(running);

        Assert.Equal((Notices, 1), (shown, shownAtKey));
    }

    private ChatSession Start()
    {
        var options = new TerminalOptions { User = Names.Alice, Server = _server.Address };
        var policy = new SessionPolicy(ReconnectsWhenLost: true, LoginAttempts: int.MaxValue);
        return new ChatSession(options, "password1", policy, _listener, new ReconnectDelay(new Random(1)), _time);
    }

    private async Task<FakePeer> AcceptLoginAsync(string answer)
    {
        var peer = await _server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync(answer);
        return peer;
    }

    private async Task<TimeSpan> TryNowAsync(ChatSession session)
    {
        var wait = await _listener.WaitingAsync();
        session.RetryNow();
        return wait;
    }

    private async Task LeaveAsync(Task running)
    {
        await _leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private sealed class Listener : ISessionListener
    {
        private readonly Channel<bool> _connections = Channel.CreateUnbounded<bool>();
        private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        internal string? LastWords { get; private set; }

        internal ChatClient? Client { get; private set; }

        internal Action OnHappened { get; set; } = static () => { };

        public void Connected(ChatClient client, AuthenticationOutcome outcome, bool again)
        {
            Client = client;
            _connections.Writer.TryWrite(again);
        }

        public void Happened(ServerEvent happened) => OnHappened();

        public void Waiting(string reason, TimeSpan delay) => _waits.Writer.TryWrite(delay);

        public void Ended(string reason)
        {
            LastWords = reason;
            _waits.Writer.TryComplete(new InvalidOperationException("the session has ended: " + reason));
        }

        internal ValueTask<bool> ConnectedAsync() => _connections.Reader.ReadAsync(TestContext.Current.CancellationToken);

        /// <summary>The next wait; throws where the session ends instead.</summary>
        internal ValueTask<TimeSpan> WaitingAsync() => _waits.Reader.ReadAsync(TestContext.Current.CancellationToken);
    }
}
