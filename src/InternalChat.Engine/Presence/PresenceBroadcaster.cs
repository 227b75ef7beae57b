using System.Buffers;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Options;
using InternalChat.Engine.Outbound;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Presence;

/// <summary>
/// Tells users who came and went. The writer records changes; a timer has those of one window told together (<see cref="PresenceRound"/>),
/// and the next window begins when everybody has heard.
/// </summary>
/// <remarks>
/// Thousands of sessions are told in slices with pauses between: in one go they would keep a core, and peers on the same machine or line,
/// from the chat of others for as long as it takes. The more there is to tell, the longer becomes the window, and the fewer the flushes.
/// </remarks>
internal sealed class PresenceBroadcaster : IDisposable
{
    /// <summary>Sessions that are told without a pause: some 10 µs each.</summary>
    internal const int SliceSessions = 128;

    /// <summary>About as long as a slice takes, so that presence has half a core at most.</summary>
    internal static readonly TimeSpan SlicePause = TimeSpan.FromMilliseconds(2);

    private readonly EngineOptions _options;
    private readonly CurrentOptions _current;
    private readonly SessionRegistry _sessions;
    private readonly PresenceRule _rule;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private List<PresenceChange> _changes = [];
    private bool _armed;
    private long _sequence;

    /// <param name="options">The window.</param>
    /// <param name="current">The mode.</param>
    /// <param name="sessions">Who is online.</param>
    /// <param name="rule">Who may know.</param>
    /// <param name="time">Where windows and pauses come from.</param>
    /// <param name="logger">Where trouble goes.</param>
    public PresenceBroadcaster(
        EngineOptions options,
        CurrentOptions current,
        SessionRegistry sessions,
        PresenceRule rule,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _current = current;
        _sessions = sessions;
        _rule = rule;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(_ => _ = SendAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The next place in the order of changes. Writer only.</summary>
    public long NextSequence() => ++_sequence;

    /// <summary>A session has its pending messages, or enough of them to show that it reads. Once or more; writer only.</summary>
    public void CameOnline(UserSessions user)
    {
        if (user.IsAnnounced)
            return;
        user.IsAnnounced = true;
        Record(user, isOnline: true);
    }

    /// <summary>The user's last session has ended. Writer only.</summary>
    public void WentOffline(UserSessions user)
    {
        if (!user.IsAnnounced)
            return;
        user.IsAnnounced = false;
        Record(user, isOnline: false);
    }

    public void Dispose() => _timer.Dispose();

    private void Record(UserSessions user, bool isOnline)
    {
        if (_current.Live.Presence == PresenceMode.Off)
            return;
        var change = new PresenceChange(user, isOnline, NextSequence());
        lock (_gate)
        {
            _changes.Add(change);
            if (_armed)
                return;
            _armed = true;
            _timer.Change(_options.PresenceWindow, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task SendAsync()
    {
        List<PresenceChange> window;
        lock (_gate)
        {
            window = _changes;
            _changes = [];
        }

        try
        {
            switch (_current.Live.Presence)
            {
                case PresenceMode.All:
                    var hidden = await _rule.HiddenAsync(window.Select(static change => change.User), PresenceMode.All);
                    await TellAllAsync(new PresenceRound(window, hidden));
                    break;
                case PresenceMode.Contacts:
                    await TellContactsAsync(window);
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // The engine has stopped, and nobody is to be told any more.
            return;
        }
        catch (StorageException exception)
        {
            LogMessages.PresenceNotRead(_logger, exception.Message);
        }
#pragma warning disable CA1031 // Presence may be dropped: its trouble must not end it for good.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogMessages.PresenceFailed(_logger, exception);
        }

        lock (_gate)
        {
            _armed = _changes.Count > 0;
            if (_armed)
                _timer.Change(_options.PresenceWindow, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>
    /// A round ends before the next window is told, so every session hears of changes in their order. Who comes meanwhile hears nothing of
    /// this round, for all of it was before.
    /// </summary>
    private async Task TellAllAsync(PresenceRound round)
    {
        var told = 0;
        foreach (var session in _sessions.Online)
        {
            round.Tell(session);
            if (++told % SliceSessions == 0)
                await Task.Delay(SlicePause, _time);
        }
    }

    private async Task TellContactsAsync(IEnumerable<PresenceChange> window)
    {
        foreach (var changes in UserChanges.ByUser(window))
        {
            var frames = new PresenceFrames([changes.Last]);
            foreach (var user in await _rule.AudienceOfAsync(changes.Last.User, PresenceMode.Contacts))
            {
                foreach (var session in user)
                {
                    if (changes.Concern(session))
                        Send(session, frames.In(session.Wire).All);
                }
            }
        }
    }

    private static void Send(Session session, ReadOnlySpan<byte> frame)
    {
        using (var scope = session.Outbound.Begin(FrameClass.Droppable, frame.Length))
            scope.Writer?.Write(frame);
        session.Outbound.Flush();
    }
}
