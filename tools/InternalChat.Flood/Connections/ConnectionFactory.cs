using System.Diagnostics;
using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Protocol;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Connections;

/// <summary>
/// Makes every connection of a run: from an account's name to one that has authenticated, with patience where the server asks for it.
/// Closes at the end whatever is still open. Connects and logins within the measured time are in the latencies. Any thread.
/// </summary>
internal sealed class ConnectionFactory(Target target, RunClock clock, RunLatencies latencies, ErrorTally errors)
    : ICounterSource, IAsyncDisposable
{
    // Hashing passwords is the server's bottleneck: more at a time only waits there. At a rate they come as they are due.
    private const int AtATime = 16;
    private const int AtATimeAtARate = 256;
    private const int Attempts = 50;

    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(10);

    // Behind as many others as the server lets wait for their hashes.
    private static readonly TimeSpan LoginPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<LoadConnection> _open = [];
    private readonly Lock _gate = new();
    private readonly ConnectPace _pace = new(target.ConnectRate);
    private readonly byte[] _password = Encoding.UTF8.GetBytes(target.Password);
    private long _logins;
    private long _connects;

    /// <summary>Makes sure that every server can be reached and is one.</summary>
    /// <exception cref="ChatException">One cannot or is not.</exception>
    /// <exception cref="OperationCanceledException">The user ended it.</exception>
    internal Task ProbeAsync(CancellationToken cancellationToken) => ServerProbe.AskAsync(target.Routes, ProbePatience, cancellationToken);

    /// <summary>Opens one connection for each account, in the same order, at the rate that the user wants.</summary>
    /// <exception cref="ChatException">One of them cannot be made.</exception>
    internal async Task<LoadConnection[]> OpenAllAsync(IReadOnlyList<string> accounts, CancellationToken cancellationToken)
    {
        var connections = new LoadConnection[accounts.Count];
        var limits = new ParallelOptions
        {
            MaxDegreeOfParallelism = target.ConnectRate is null ? AtATime : AtATimeAtARate,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForAsync(
            0, accounts.Count, limits, async (i, token) => connections[i] = await OpenAsync(accounts[i], dueAt: null, token));
        return connections;
    }

    /// <summary>Whether connects and logins before the measured time count, for a scenario that is about them.</summary>
    internal bool RecordsPreparation { get; set; }

    /// <summary>Opens a connection and logs in; refusals that pass are tried again.</summary>
    /// <param name="account">Made where it is missing.</param>
    /// <param name="dueAt">
    /// For a login that is part of the load: when it was due. Its latency runs from then until it succeeds, its refusals are counted, and
    /// it is tried until the caller gives up, or for some seconds where another has the account before the load. Null for one that only
    /// prepares: it waits for its turn, and is tried for some seconds.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LoginException">The server refuses the account.</exception>
    /// <exception cref="ChatConnectionException">The server cannot be reached, or the connection broke.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal async Task<LoadConnection> OpenAsync(string account, long? dueAt, CancellationToken cancellationToken)
    {
        if (dueAt is null)
            await WaitForTurnAsync(cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var (connection, reply) = await TryOpenAsync(account, dueAt, cancellationToken);
            if (connection is not null)
                return connection;
            // Before the load nobody of this run has the account: somebody else who keeps it does so for good.
            var isLast = attempt == Attempts
                && (dueAt is null || (reply.Error == ErrorCode.AlreadyConnected && clock.Start == long.MaxValue));
            if (reply.Error is not (ErrorCode.Busy or ErrorCode.AlreadyConnected) || isLast)
            {
                // Many of one load that fail alike are one sentence in the report.
                var who = dueAt is null ? account : "a user";
                throw new LoginException($"{who} cannot log in: {reply.Text ?? "the server closed the connection"}");
            }

            if (dueAt is not null)
                errors.Reject(reply.Error);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>Waits until another connection may be made, where the user wants a rate.</summary>
    /// <returns>When it was due, in Stopwatch ticks.</returns>
    internal Task<long> WaitForTurnAsync(CancellationToken cancellationToken) => _pace.WaitForTurnAsync(cancellationToken);

    public void AddTo(CounterTotals totals)
    {
        totals.Add(Counter.Logins, Volatile.Read(ref _logins));
        lock (_gate)
            totals.Add(Counter.Connections, _open.Count);
    }

    /// <summary>Closes all. Nothing is opened any more.</summary>
    public async ValueTask DisposeAsync()
    {
        LoadConnection[] open;
        lock (_gate)
            open = [.. _open];
        foreach (var connection in open)
            await connection.DisposeAsync();
    }

    private async Task<(LoadConnection? Connection, AuthReply Reply)> TryOpenAsync(
        string account, long? dueAt, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken);
        using var deadline = dueAt is null ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
        deadline?.CancelAfter(LoginPatience);
        LoadConnection? kept = null;
        try
        {
            var reply = await LogInAsync(connection, account, dueAt, deadline?.Token ?? cancellationToken);
            kept = reply.IsSuccess ? Keep(account, connection) : null;
            return (kept, reply);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LoginException($"{account} cannot log in: no answer within {LoginPatience.TotalSeconds} s");
        }
        finally
        {
            if (kept is null)
                await connection.DisposeAsync();
        }
    }

    private async Task<FrameStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var openedAt = startedAt;
        var route = target.Routes[(int)((Interlocked.Increment(ref _connects) - 1) % target.Routes.Count)];
        var stream = await StreamConnector.ConnectAsync(route, Opened, cancellationToken);
        if (route.Tls is not null)
            Record(LatencyKind.TlsHandshake, openedAt, openedAt);
        return new FrameStream(stream);

        void Opened()
        {
            openedAt = Stopwatch.GetTimestamp();
            Record(LatencyKind.Connect, startedAt, startedAt);
        }
    }

    private async Task<AuthReply> LogInAsync(
        FrameStream connection, string account, long? dueAt, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        ClientFrames.Auth(connection.Output, Encoding.UTF8.GetBytes(account), _password);
        await connection.FlushAsync(cancellationToken);
        var reply = new AuthReply();
        while (!reply.HasArrived && await connection.ReadAsync(reply, cancellationToken))
        {
        }

        if (reply.IsSuccess)
            Record(LatencyKind.Login, startedAt, dueAt ?? startedAt);
        return reply;
    }

    private LoadConnection Keep(string account, FrameStream connection)
    {
        var kept = new LoadConnection(account, connection, Forget);
        Interlocked.Increment(ref _logins);
        lock (_gate)
            _open.Add(kept);
        return kept;
    }

    private void Forget(LoadConnection connection)
    {
        lock (_gate)
            _open.Remove(connection);
    }

    private void Record(LatencyKind kind, long startedAt, long dueAt)
    {
        if (RecordsPreparation || clock.IsMeasured(dueAt))
            latencies.Record(kind, startedAt, dueAt, Stopwatch.GetTimestamp());
    }
}

/// <summary>An account of the load cannot be used.</summary>
internal sealed class LoginException(string message) : ChatException(message);

/// <summary>Spreads the connections that are made before the load: each waits for its turn, and then a random time. Any thread.</summary>
internal sealed class ConnectPace(ConnectRate? rate)
{
    // A timer takes no more than some weeks, and turns at a low rate may be years away.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    // The same in every run.
    private readonly Random _random = new(0);
    private readonly Lock _gate = new();
    private long _next;

    /// <summary>Waits for the next turn; there is no waiting where there is no rate.</summary>
    /// <returns>When it was, in Stopwatch ticks.</returns>
    internal async Task<long> WaitForTurnAsync(CancellationToken cancellationToken)
    {
        var dueAt = Take();
        for (var rest = RestUntil(dueAt); rest > TimeSpan.Zero; rest = RestUntil(dueAt))
        {
            var delay = rest < LongestDelay ? TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)) : LongestDelay;
            await Task.Delay(delay, cancellationToken);
        }

        return dueAt;
    }

    private static TimeSpan RestUntil(long time) => Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), time);

    private long Take()
    {
        var now = Stopwatch.GetTimestamp();
        if (rate is null)
            return now;
        lock (_gate)
        {
            // Whoever comes late gets a turn of his own: what was missed is not made up for in a burst.
            var turn = Math.Max(now, _next);
            _next = turn + (long)(Stopwatch.Frequency / rate.PerSecond);
            return turn + (long)(_random.NextDouble() * rate.Jitter.TotalSeconds * Stopwatch.Frequency);
        }
    }
}
