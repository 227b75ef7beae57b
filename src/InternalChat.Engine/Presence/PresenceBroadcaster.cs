using System.Buffers;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Outbound;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Writing;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Presence;

/// <summary>
/// Tells users who came and went. The writer records changes; a timer sends those of one window together, encoded once, one append
/// and one flush per session. A user who goes and comes back inside a window is not mentioned.
/// </summary>
/// <remarks>
/// Every session hears of the changes that came after its own login, itself left out: what it gets of a window is one slice of the
/// encoded frames, or two.
/// </remarks>
internal sealed class PresenceBroadcaster : IDisposable
{
    private const int TypicalFrameBytes = 48;

    private readonly EngineOptions _options;
    private readonly SessionRegistry _sessions;
    private readonly Func<long, ValueTask<IReadOnlyList<long>>> _contactsOf;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly HashSet<Session> _announced = [];
    private Dictionary<long, PresenceChange> _changes = [];
    private bool _armed;
    private long _sequence;

    /// <param name="options">Mode and window.</param>
    /// <param name="sessions">Who is online.</param>
    /// <param name="contactsOf">The accounts that have exchanged a message with an account; may read the disk.</param>
    /// <param name="time">Where the window comes from.</param>
    /// <param name="logger">Where trouble goes.</param>
    public PresenceBroadcaster(
        EngineOptions options,
        SessionRegistry sessions,
        Func<long, ValueTask<IReadOnlyList<long>>> contactsOf,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
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
        if (_announced.Add(session))
            Record(session, isOnline: true);
    }

    /// <summary>The session has ended. Writer only.</summary>
    public void WentOffline(Session session)
    {
        if (_announced.Remove(session))
            Record(session, isOnline: false);
    }

    public void Dispose() => _timer.Dispose();

    private void Record(Session session, bool isOnline)
    {
        if (_options.Presence == PresenceMode.Off)
            return;
        var change = new PresenceChange(session, isOnline, NextSequence());
        lock (_gate)
        {
            // The opposite change in the same window: nobody needs to know of either.
            if (!_changes.Remove(session.AccountId))
                _changes.Add(session.AccountId, change);
            if (_armed)
                return;
            _armed = true;
            _timer.Change(_options.PresenceWindow, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task SendAsync()
    {
        Dictionary<long, PresenceChange> window;
        lock (_gate)
        {
            window = _changes;
            _changes = [];
        }

        try
        {
            if (window.Count > 0 && _options.Presence == PresenceMode.All)
                SendToAll(window);
            else
                await SendToContactsAsync(window.Values);
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

    private void SendToAll(Dictionary<long, PresenceChange> window)
    {
        var changes = window.Values.OrderBy(static change => change.Sequence).ToArray();
        var frames = new ArrayBufferWriter<byte>(changes.Length * TypicalFrameBytes);
        var starts = new int[changes.Length + 1];
        for (var i = 0; i < changes.Length; i++)
        {
            Write(frames, changes[i]);
            starts[i + 1] = frames.WrittenCount;
        }

        foreach (var session in _sessions.Online)
        {
            var first = 0;
            while (first < changes.Length && changes[first].Sequence < session.OnlineSequence)
                first++;
            var own = window.ContainsKey(session.AccountId)
                ? Array.FindIndex(changes, change => change.Session.AccountId == session.AccountId)
                : -1;
            if (own < first)
            {
                Send(session, frames.WrittenSpan[starts[first]..]);
                continue;
            }

            Send(session, frames.WrittenSpan[starts[first]..starts[own]]);
            Send(session, frames.WrittenSpan[starts[own + 1]..]);
        }
    }

    private async Task SendToContactsAsync(IReadOnlyCollection<PresenceChange> window)
    {
        var frame = new ArrayBufferWriter<byte>(TypicalFrameBytes);
        foreach (var change in window.OrderBy(static change => change.Sequence))
        {
            frame.ResetWrittenCount();
            Write(frame, change);
            foreach (var contact in await _contactsOf(change.Session.AccountId))
            {
                if (_sessions.TryGetOnline(contact, out var session) && session.OnlineSequence < change.Sequence)
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
