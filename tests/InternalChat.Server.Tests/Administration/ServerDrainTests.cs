using InternalChat.Engine;
using InternalChat.Engine.Options;
using InternalChat.Server.Administration.Server;
using InternalChat.Server.Observability;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.TestKit;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Server.Tests.Administration;

/// <summary>Nobody awaits a drain: what goes wrong in it must be told, and must not leave an empty server that never ends.</summary>
public sealed class ServerDrainTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ChatDatabase _database;
    private readonly ChatEngine _engine;
    private readonly FirstError _logger = new();

    public ServerDrainTests()
    {
        _database = ChatDatabase.Open(new DatabaseOptions { Path = _folder.File("chat.db") });
        _engine = new ChatEngine(
            _database.Writer, _database.CreateReader, new EngineOptions(), TimeProvider.System, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _database.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_drain_whose_listeners_cannot_be_closed_stops_the_program_and_says_why(bool failsLater)
    {
        using var lifetime = new Lifetime();
        using var listeners = new BrokenListeners(failsLater);
        var drain = new ServerDrain(_engine, listeners, lifetime, new Readiness(), _logger);
        Assert.Equal(0, drain.TryBegin(TimeSpan.Zero));
        await lifetime.Stopped.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        var line = await _logger.Line.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.StartsWith("draining failed", line, StringComparison.Ordinal);
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource _stopping = new();

        public Task Stopped => _stopped.Task;

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopped.TrySetResult();

        public void Dispose() => _stopping.Dispose();
    }

    private sealed class FirstError : ILogger
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Line => _line.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                _line.TrySetResult(formatter(state, exception));
        }
    }

    private sealed class BrokenListeners(bool failsLater) : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            var failure = new InvalidOperationException("Nobody thought of this.");
            return failsLater ? Task.FromException(failure) : throw failure;
        }

        public void Dispose()
        {
        }
    }
}
