using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Diagnostics;

/// <summary>
/// Keeps observers from steering what they observe: a listener of metrics or a log provider runs on the thread that reports, and whatever
/// it throws ends here. The measurement or the line is lost; a batch, a login or a thread is not.
/// </summary>
public static class Observation
{
    /// <summary>A logger whose providers may fail without the caller noticing.</summary>
    public static ILogger WithoutFailures(this ILogger logger) => logger as UnfailingLogger ?? new UnfailingLogger(logger);

    /// <summary>Records a value; does nothing if there is no histogram.</summary>
    /// <param name="histogram">Where it is recorded.</param>
    /// <param name="value">In the histogram's unit.</param>
    /// <param name="tags">At most a few.</param>
    /// <typeparam name="T">The histogram's type.</typeparam>
    public static void RecordWithoutFailures<T>(
        this Histogram<T>? histogram, T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        try
        {
            histogram?.Record(value, tags);
        }
#pragma warning disable CA1031 // See above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private sealed class UnfailingLogger(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel)
        {
            try
            {
                return logger.IsEnabled(logLevel);
            }
#pragma warning disable CA1031 // See above.
            catch (Exception)
#pragma warning restore CA1031
            {
                return false;
            }
        }

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            try
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
#pragma warning disable CA1031 // See above.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }
    }
}
