using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace InternalChat.Server.Logging;

/// <summary>Makes lines of what is logged, on the thread that logs it.</summary>
/// <param name="formatter">How they look.</param>
/// <param name="add">Takes each, with whether it is important: a warning or worse, or what an operator did.</param>
internal sealed class LineLoggerProvider(ConsoleFormatter formatter, Action<string, bool> add) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, formatter, add);

    public void Dispose()
    {
    }

    private sealed class LineLogger(string category, ConsoleFormatter formatter, Action<string, bool> add) : ILogger
    {
        private const int KeptCharacters = 1_024;

        [ThreadStatic]
        private static StringWriter? _writer;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> format)
        {
            var writer = _writer ??= new StringWriter(CultureInfo.InvariantCulture);
            formatter.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, format), scopeProvider: null, writer);
            var text = writer.GetStringBuilder();
            if (text.Length == 0)
                return;
            var line = text.ToString();
            text.Clear();
            text.Capacity = Math.Min(text.Capacity, KeptCharacters);
            add(line, logLevel >= LogLevel.Warning || category == ConsoleLogging.AuditCategory);
        }
    }
}
