using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Console;

namespace InternalChat.Server.Logging;

/// <summary>
/// Where the program logs: standard output, one line each, with its time (UTC, RFC 3339) and its event id. The lines are those of .NET's
/// console logger, whose own queue makes whoever logs wait when it is full.
/// </summary>
internal sealed class ConsoleLogging : IDisposable
{
    /// <summary>
    /// What operators did is a category of its own, which is logged at every level: a record that can be switched off with what it records
    /// is none.
    /// </summary>
    public const string AuditCategory = "Audit";

    private const string Rfc3339 = "yyyy-MM-ddTHH:mm:ss.fffZ";

    private readonly ServiceProvider _formatters;
    private readonly LogOutput _output;

    /// <summary>Begins to log; what is let through follows the switch.</summary>
    public ConsoleLogging(LogFormat format, LogLevelSwitch level)
    {
        _formatters = new ServiceCollection().AddLogging(builder =>
        {
            if (format == LogFormat.Json)
                builder.AddJsonConsole(Configure);
            else
                builder.AddSimpleConsole(Configure);
        }).BuildServiceProvider();
        var name = format == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple;
        var formatter = _formatters.GetServices<ConsoleFormatter>().First(formatter => formatter.Name == name);
        _output = new LogOutput(LogStream.StandardOutput(), count => DescribeGap(formatter, count));
        Loggers = LoggerFactory.Create(builder =>
        {
            // The factory's own level is read once.
            builder.SetMinimumLevel(LogLevel.Trace);
            builder.AddFilter((category, of) => category == ConsoleLogging.AuditCategory || level.Allows(of));
            builder.AddProvider(new LineLoggerProvider(formatter, _output.Add));
        });
    }

    /// <summary>Whoever logs takes a logger from here.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Lines that nobody will read: they were dropped, or could not be written.</summary>
    public long Dropped => _output.Dropped;

    /// <summary>Writes what waits, for two seconds at most.</summary>
    public void Dispose()
    {
        Loggers.Dispose();
        _output.Dispose();
        _formatters.Dispose();
    }

    private static string DescribeGap(ConsoleFormatter formatter, long count)
    {
        string? gap = null;
        ServerLog.LinesDropped(
            new LineLoggerProvider(formatter, (line, _) => gap = line).CreateLogger("InternalChat"), count);
        return gap!;
    }

    private static void Configure(SimpleConsoleFormatterOptions text)
    {
        text.SingleLine = true;
        text.TimestampFormat = Rfc3339 + " ";
        text.UseUtcTimestamp = true;
        text.ColorBehavior = LoggerColorBehavior.Default;
    }

    private static void Configure(JsonConsoleFormatterOptions json)
    {
        json.TimestampFormat = Rfc3339;
        json.UseUtcTimestamp = true;
        // Logs are no web pages: quotes stay readable.
        json.JsonWriterOptions = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    }
}

/// <summary>The level from which on lines are logged: the one place that says so. Any thread may set it while the server runs.</summary>
internal sealed class LogLevelSwitch(LogLevel level)
{
    private volatile LogLevel _level = level;

    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }

    public bool Allows(LogLevel level) => level >= _level;
}

/// <summary>The values of --log-format.</summary>
internal enum LogFormat
{
    /// <summary>For people: time, level, event id and message; coloured on a terminal.</summary>
    Text,

    /// <summary>For programs: an object a line.</summary>
    Json,
}
