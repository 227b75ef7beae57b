using System.Diagnostics;
using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Options;
using InternalChat.Protocol;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Connections;

/// <summary>
/// Makes every connection of a run: from an account's name to one that has authenticated, with patience where the server asks for it.
/// Closes at the end whatever is still open. Connects and logins within the measured time are in the latencies. Any thread.
/// </summary>
internal sealed class ConnectionFactory(Target target, RunClock clock, RunLatencies latencies) : ICounterSource, IAsyncDisposable
{
    // Hashing passwords is the server's bottleneck: more at a time only waits there.
    private const int AtATime = 16;
    private const int Attempts = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HashSet<LoadConnection> _open = [];
    private readonly Lock _gate = new();
    private readonly byte[] _password = Encoding.UTF8.GetBytes(target.Password);
    private long _logins;

    /// <summary>Opens one connection for each account, in the same order.</summary>
    /// <exception cref="ChatException">One of them cannot be made.</exception>
    internal async Task<LoadConnection[]> OpenAllAsync(IReadOnlyList<string> accounts, CancellationToken cancellationToken)
    {
        var connections = new LoadConnection[accounts.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(
            0, accounts.Count, limits, async (i, token) => connections[i] = await OpenAsync(accounts[i], token));
        return connections;
    }

    /// <summary>Opens a connection and logs in.</summary>
    /// <exception cref="LoginException">The server refuses the account.</exception>
    /// <exception cref="ChatConnectionException">The server cannot be reached, or the connection broke.</exception>
    internal async Task<LoadConnection> OpenAsync(string account, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await ConnectAsync(cancellationToken);
            AuthReply reply;
            try
            {
                reply = await LogInAsync(connection, account, cancellationToken);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }

            if (reply.IsSuccess)
                return Keep(account, connection);
            await connection.DisposeAsync();
            if (reply.Error is not (ErrorCode.Busy or ErrorCode.AlreadyConnected) || attempt == Attempts)
                throw new LoginException($"{account} cannot log in: {reply.Text ?? "the server closed the connection"}");
            await Task.Delay(Pause, cancellationToken);
        }
    }

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

    private async Task<FrameStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var stream = await StreamConnector.ConnectAsync(target.Address, cancellationToken);
        Record(LatencyKind.Connect, startedAt);
        return new FrameStream(stream);
    }

    private async Task<AuthReply> LogInAsync(FrameStream connection, string account, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        ClientFrames.Auth(connection.Output, Encoding.UTF8.GetBytes(account), _password);
        await connection.FlushAsync(cancellationToken);
        var reply = new AuthReply();
        while (!reply.HasArrived && await connection.ReadAsync(reply, cancellationToken))
        {
        }

        if (reply.IsSuccess)
            Record(LatencyKind.Login, startedAt);
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

    private void Record(LatencyKind kind, long startedAt)
    {
        if (clock.IsMeasured(startedAt))
            latencies.Record(kind, startedAt, startedAt, Stopwatch.GetTimestamp());
    }
}

/// <summary>An account of the load cannot be used.</summary>
internal sealed class LoginException(string message) : ChatException(message);
