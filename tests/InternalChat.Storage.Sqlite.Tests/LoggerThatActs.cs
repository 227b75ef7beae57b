using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>Acts when storage reports something: the moment at which it stands in the middle of what it does.</summary>
/// <param name="eventName">The name of the line; null for every line.</param>
/// <param name="act">What to do, on the thread that reports.</param>
internal sealed class LoggerThatActs(string? eventName, Action act) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventName is null || eventId.Name == eventName)
            act();
    }
}
