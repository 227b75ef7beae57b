using System.Diagnostics.Metrics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;

namespace InternalChat.Engine;

/// <summary>
/// What the engine holds at the moment somebody asks: connections, sessions, queues. Nothing is counted for it meanwhile; sessions are
/// gone through when asked, at most about once in <see cref="CensusLifetime"/>.
/// </summary>
internal sealed class StateGauges
{
    // The instruments of one collection are asked one after the other, and share one walk.
    private static readonly TimeSpan CensusLifetime = TimeSpan.FromMilliseconds(200);

    private readonly SessionRegistry _sessions;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private SessionCensus? _census;
    private long _takenAt;

    private StateGauges(SessionRegistry sessions, TimeProvider time)
    {
        _sessions = sessions;
        _time = time;
    }

    /// <summary>Adds the instruments; they answer as long as the meter lives.</summary>
    public static void AddTo(
        Meter meter, EngineOptions options, CurrentOptions current, SessionRegistry sessions, OperationQueue queue, IReaders readers,
        IHashing hashing,
        TimeProvider time)
    {
        var gauges = new StateGauges(sessions, time);
        meter.CreateObservableUpDownCounter(
            "internalchat.connections", () => sessions.Places.Count, "{connection}", "Connections open now, in any phase.");
        meter.CreateObservableUpDownCounter(
            "internalchat.connection.limit", () => current.Live.MaxConnections, "{connection}",
            "Connections that may be open at one time.");
        meter.CreateObservableUpDownCounter(
            "internalchat.connection.unauthenticated", () => sessions.Places.Unauthenticated, "{connection}",
            "Connections open now that are not logged in.");
        meter.CreateObservableUpDownCounter(
            "internalchat.connection.unauthenticated.limit", () => current.Live.Unauthenticated, "{connection}",
            "Connections that may be open at one time and not logged in.");
        meter.CreateObservableUpDownCounter("internalchat.sessions", gauges.Sessions, "{session}",
            "Users online, by how they get their messages.");
        meter.CreateObservableUpDownCounter(
            "internalchat.session.congested", () => gauges.Census().Congested, "{session}",
            "Users online whose connection takes less than is sent.");
        meter.CreateObservableUpDownCounter(
            "internalchat.outbound.waiting", () => gauges.Census().WaitingBytes, "By",
            "Bytes for users online that their connections have not taken.");
        meter.CreateObservableUpDownCounter(
            "internalchat.writer.queue.length", () => queue.Count, "{operation}", "Operations that wait for the writer.");
        meter.CreateObservableUpDownCounter(
            "internalchat.writer.queue.limit", () => options.QueueCapacity, "{operation}", "Operations that may wait for the writer.");
        meter.CreateObservableUpDownCounter(
            "internalchat.reader.queue.length", () => readers.Waiting, "{request}",
            "Reads of the log that wait for a thread: logins, HISTORY, LIST, catching up.");
        meter.CreateObservableUpDownCounter(
            "internalchat.login.queue.length", () => hashing.Waiting, "{login}", "Logins that wait for a thread to hash their password.");
        meter.CreateObservableUpDownCounter(
            "internalchat.login.queue.limit", () => options.MaxWaitingLogins, "{login}",
            "Logins that may wait; for one more, it or another that makes room gets BUSY.");
    }

    private IEnumerable<Measurement<int>> Sessions()
    {
        var census = Census();
        yield return new Measurement<int>(census.Live, new KeyValuePair<string, object?>("state", "live"));
        yield return new Measurement<int>(census.CatchingUp, new KeyValuePair<string, object?>("state", "catching_up"));
    }

    private SessionCensus Census()
    {
        lock (_gate)
        {
            if (_census is { } recent && _time.GetElapsedTime(_takenAt) < CensusLifetime)
                return recent;
            var census = SessionCensus.Take(_sessions);
            _census = census;
            _takenAt = _time.GetTimestamp();
            return census;
        }
    }
}
