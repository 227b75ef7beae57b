using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>Keeps what the engine reports, so that a server which logged an error fails its test.</summary>
internal sealed class CapturingLogger : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    public IEnumerable<string> Errors => _lines.Where(static line => line.Level >= LogLevel.Error).Select(static line => line.Text);

    public IEnumerable<string> Lines => _lines.Select(static line => $"{line.Level}: {line.Text}");

    /// <summary>Where set, every line fails with it after it was taken, as a log provider may.</summary>
    public Exception? Failure { get; set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue((logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception}"));
        if (Failure is { } failure)
            throw failure;
    }
}
