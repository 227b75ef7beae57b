namespace InternalChat.Server.Administration;

/// <summary>Every line that administration logs, with its event id.</summary>
internal static partial class AdministrationLog
{
    [LoggerMessage(2301, LogLevel.Information, "administration on {Path}")]
    public static partial void Listening(ILogger logger, string path);

    [LoggerMessage(2302, LogLevel.Warning, "no administration: {Reason}; --admin-socket can name another")]
    public static partial void NoSocket(ILogger logger, string reason);

    [LoggerMessage(2303, LogLevel.Information, "administration: {What}, by {Operator}")]
    public static partial void Done(ILogger logger, string what, string @operator);

    [LoggerMessage(2304, LogLevel.Information, "draining: {Connections} connections are closed over {Over}, new ones are refused")]
    public static partial void Draining(ILogger logger, int connections, TimeSpan over);

    [LoggerMessage(2305, LogLevel.Information, "drained")]
    public static partial void Drained(ILogger logger);
}
