using System.Buffers;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Outbound;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Writing;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Presence;

/// <summary>
/// Tells users who came and went. The writer records changes; a timer sends those of one window together, encoded once, one append
/// and one flush per session. A user who goes and comes back inside a window is not mentioned, except to those who logged in between:
/// what they saw is no longer so.
/// </summary>
/// <remarks>
/// Every session hears of the changes that came after its own login, itself left out: what it gets of a window is one slice of the
/// encoded frames, or two.
/// </remarks>
internal sealed class PresenceBroadcaster : IDisposable
{
    private const int TypicalFrameBytes = 48;

    private readonly EngineOptions _options;
    private readonly CurrentOptions _current;
    private readonly SessionRegistry _sessions;
    private readonly Func<long, ValueTask<IReadOnlyList<long>>> _contactsOf;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private List<PresenceChange> _changes = [];
    private bool _armed;
    private long _sequence;

    /// <param name="options">The window.</param>
    /// <param name="current">The mode.</param>
    /// <param name="sessions">Who is online.</param>
    /// <param name="contactsOf">The accounts that have exchanged a message with an account; may read the disk.</param>
    /// <param name="time">Where the window comes from.</param>
    /// <param name="logger">Where trouble goes.</param>
    public PresenceBroadcaster(
        EngineOptions options,
        CurrentOptions current,
        SessionRegistry sessions,
        Func<long, ValueTask<IReadOnlyList<long>>> contactsOf,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _current = current;
        _sessions = sessions;
        _contactsOf = contactsOf;
        _logger = logger;
        _timer = time.CreateTimer(_ => _ = SendAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The next place in the order of changes. Writer only.</summary>
    public long NextSequence() => ++_sequence;

    /// <summary>The session has its pending messages, or enough of them to show that it reads. Once or more; writer only.</summary>
    public void CameOnline(Session session)
    {
        if (session.IsAnnounced)
            return;
        session.IsAnnounced = true;
        Record(session, isOnline: true);
    }

    /// <summary>The session has ended. Writer only.</summary>
    public void WentOffline(Session session)
    {
        if (!session.IsAnnounced)
            return;
        session.IsAnnounced = false;
        Record(session, isOnline: false);
    }

    public void Dispose() => _timer.Dispose();

    private void Record(Session session, bool isOnline)
    {
        if (_current.Live.Presence == PresenceMode.Off)
            return;
        var change = new PresenceChange(session, isOnline, NextSequence());
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
            // In the order of their first change.
            var users = window.GroupBy(static change => change.Session.AccountId).Select(static changes => changes.ToArray()).ToArray();
            switch (_current.Live.Presence)
            {
                case PresenceMode.All:
                    SendToAll(users);
                    break;
                case PresenceMode.Contacts:
                    await SendToContactsAsync(users);
                    break;
            }
        }
#pragma warning disable CA1031 // Presence is a courtesy: its trouble must not end it for good.
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

    private void SendToAll(PresenceChange[][] users)
    {
        SendOnce([.. users.Where(static changes => changes.Length == 1).Select(static changes => changes[0])]);
        var frame = new ArrayBufferWriter<byte>(TypicalFrameBytes);
        foreach (var flap in users.Where(static changes => changes.Length > 1))
        {
            frame.ResetWrittenCount();
            Write(frame, flap[^1]);
            foreach (var session in _sessions.Online)
            {
                if (Concerns(flap, session))
                    Send(session, frame.WrittenSpan);
            }
        }
    }

    /// <summary>Whether what a session saw at its login, or was told before, is no longer so.</summary>
    private static bool Concerns(PresenceChange[] changes, Session session) =>
        session.AccountId != changes[0].Session.AccountId
        && changes.Count(change => change.Sequence > session.OnlineSequence) % 2 == 1;

    /// <summary>Sends the changes of users who changed once, in order.</summary>
    private void SendOnce(PresenceChange[] changes)
    {
        if (changes.Length == 0)
            return;
        var places = new Dictionary<long, int>(changes.Length);
        var frames = new ArrayBufferWriter<byte>(changes.Length * TypicalFrameBytes);
        var starts = new int[changes.Length + 1];
        for (var i = 0; i < changes.Length; i++)
        {
            Write(frames, changes[i]);
            places.Add(changes[i].Session.AccountId, i);
            starts[i + 1] = frames.WrittenCount;
        }

        foreach (var session in _sessions.Online)
        {
            var first = 0;
            while (first < changes.Length && changes[first].Sequence < session.OnlineSequence)
                first++;
            var own = places.GetValueOrDefault(session.AccountId, -1);
            if (own < first)
            {
                Send(session, frames.WrittenSpan[starts[first]..]);
                continue;
            }

            Send(session, frames.WrittenSpan[starts[first]..starts[own]]);
            Send(session, frames.WrittenSpan[starts[own + 1]..]);
        }
    }

    private async Task SendToContactsAsync(PresenceChange[][] users)
    {
        var frame = new ArrayBufferWriter<byte>(TypicalFrameBytes);
        foreach (var changes in users)
        {
            frame.ResetWrittenCount();
            Write(frame, changes[^1]);
            foreach (var contact in await _contactsOf(changes[0].Session.AccountId))
            {
                if (_sessions.TryGetOnline(contact, out var session) && Concerns(changes, session))
                    Send(session, frame.WrittenSpan);
            }
        }
    }

    private static void Write(IBufferWriter<byte> frames, PresenceChange change)
    {
        if (change.IsOnline)
            ServerFrames.UserOnline(frames, change.Session.UserName);
        else
            ServerFrames.UserOffline(frames, change.Session.UserName);
    }

    private static void Send(Session session, ReadOnlySpan<byte> frames)
    {
        if (frames.IsEmpty)
            return;
        using (var scope = session.Outbound.Begin(FrameClass.Presence))
            scope.Writer?.Write(frames);
        session.Outbound.Flush();
    }
}
