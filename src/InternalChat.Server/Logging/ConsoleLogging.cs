using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Console;

namespace InternalChat.Server.Logging;

/// <summary>Where the program logs: standard output, one line each, with its time (UTC, RFC 3339) and its event id.</summary>
internal static class ConsoleLogging
{
    private const string Rfc3339 = "yyyy-MM-ddTHH:mm:ss.fffZ";

    /// <summary>Makes the loggers' factory; what they let through follows the switch.</summary>
    public static ILoggerFactory Create(LogFormat format, LogLevelSwitch level) => LoggerFactory.Create(builder =>
    {
        // The factory's own level is read once.
        builder.SetMinimumLevel(LogLevel.Trace);
        builder.AddFilter(level.Allows);
        if (format == LogFormat.Json)
            builder.AddJsonConsole(Configure);
        else
            builder.AddSimpleConsole(Configure);
    });

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
