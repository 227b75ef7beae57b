using Microsoft.Extensions.Logging;

namespace InternalChat.Server.Tests;

/// <summary>Keeps the lines from Warning up.</summary>
internal sealed class LinesLogger : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Lines.Add(formatter(state, exception));
    }
}
