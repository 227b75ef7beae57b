namespace InternalChat.Server.Administration;

/// <summary>Every line that administration logs, with its event id.</summary>
internal static partial class AdministrationLog
{
    [LoggerMessage(3401, LogLevel.Information, "administration on {Path}")]
    public static partial void Listening(ILogger logger, string path);

    [LoggerMessage(3402, LogLevel.Warning, "no administration: {Reason}; --admin-socket can name another")]
    public static partial void NoSocket(ILogger logger, string reason);

    [LoggerMessage(3403, LogLevel.Information, "administration: {What}: {Outcome}, by {Operator}")]
    public static partial void Asked(ILogger logger, string what, string outcome, string @operator);

    [LoggerMessage(3404, LogLevel.Information, "draining: {Connections} connections are closed over {Over}, new ones are refused")]
    public static partial void Draining(ILogger logger, int connections, TimeSpan over);

    [LoggerMessage(3405, LogLevel.Information, "drained")]
    public static partial void Drained(ILogger logger);

    [LoggerMessage(3406, LogLevel.Error, "draining failed in an unforeseen way; the server stops")]
    public static partial void DrainFailed(ILogger logger, Exception exception);
}
