using Microsoft.Extensions.Logging;

namespace InternalChat.Simulation.Tests;

/// <summary>What one process of the server logs: an error that nobody has asked for breaks the run.</summary>
/// <param name="isDead">Whether the process is no more: what it logs then, nobody reads.</param>
/// <param name="isExpected">Whether the store has just said that the process must end.</param>
/// <param name="fail">Breaks the run.</param>
/// <param name="die">Ends the process.</param>
/// <param name="trace">Where all lines go.</param>
internal sealed class ServerLog(Func<bool> isDead, Func<bool> isExpected, Action<string> fail, Action die, Action<string> trace) : ILogger
{
    private const int WriterFailed = 1004;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (isDead())
            return;
        var line = formatter(state, exception);
        trace($"log: {line}");
        if (logLevel >= LogLevel.Error && !(eventId.Id == WriterFailed && isExpected()))
            fail($"{line}: {exception}");
    }

    public void EndProcess(string reason, Exception exception)
    {
        if (isDead())
            return;
        if (!isExpected())
            fail($"{reason}: {exception}");
        die();
    }
}
