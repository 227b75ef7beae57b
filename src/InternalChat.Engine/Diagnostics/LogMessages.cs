using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Diagnostics;

/// <summary>Every line the engine logs, with its event id. Never a password, never a body, nothing per message.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1001, LogLevel.Warning, "A batch of {Count} operations was not stored: {Reason}")]
    public static partial void BatchNotStored(ILogger logger, int count, string reason);

    [LoggerMessage(1002, LogLevel.Error, "A batch failed in an unforeseen way and was rolled back")]
    public static partial void BatchFailed(ILogger logger, Exception exception);

    [LoggerMessage(1003, LogLevel.Error, "The result of a {Kind} operation could not be told; its connection is closed")]
    public static partial void PublishFailed(ILogger logger, string kind, Exception exception);

    [LoggerMessage(1004, LogLevel.Critical, "The writer failed in an unforeseen way and cannot go on: the process ends")]
    public static partial void WriterFailed(ILogger logger, Exception exception);

    [LoggerMessage(1005, LogLevel.Error, "A connection could not be written to and is closed")]
    public static partial void WriteFailed(ILogger logger, Exception exception);

    [LoggerMessage(1101, LogLevel.Warning, "A user's messages could not be read: {Reason}")]
    public static partial void CatchUpFailed(ILogger logger, string reason);

    [LoggerMessage(1102, LogLevel.Warning, "A login could not be looked up: {Reason}")]
    public static partial void LoginNotRead(ILogger logger, string reason);

    [LoggerMessage(1103, LogLevel.Warning, "A command could not read the log: {Reason}")]
    public static partial void CommandNotRead(ILogger logger, string reason);

    [LoggerMessage(1104, LogLevel.Error, "A user's messages could not be delivered for an unforeseen reason; its connection is closed")]
    public static partial void CatchUpBroke(ILogger logger, Exception exception);

    [LoggerMessage(1201, LogLevel.Error, "Presence could not be sent")]
    public static partial void PresenceFailed(ILogger logger, Exception exception);

    [LoggerMessage(1202, LogLevel.Error, "{Timer} failed in an unforeseen way; it will run again")]
    public static partial void TimerFailed(ILogger logger, string timer, Exception exception);

    [LoggerMessage(1203, LogLevel.Warning, "Some users were not told who came and went, because the log could not be read: {Reason}")]
    public static partial void PresenceNotRead(ILogger logger, string reason);

    [LoggerMessage(1301, LogLevel.Debug, "Connection from {Address} closed: {Reason}")]
    public static partial void ConnectionClosed(ILogger logger, System.Net.IPAddress? address, string reason);

    [LoggerMessage(1302, LogLevel.Error, "A connection failed in an unforeseen way")]
    public static partial void ConnectionFailed(ILogger logger, Exception exception);

    [LoggerMessage(1303, LogLevel.Warning,
        "There is no place left for connections that are not logged in: {Unauthenticated} are not, of {Connections}. Those of the network "
            + "with most of them that send no AUTH are closed for newcomers, such as one from {Address}")]
    public static partial void PlacesTaken(ILogger logger, int unauthenticated, int connections, string address);

    [LoggerMessage(1304, LogLevel.Warning,
        "The network of {Address} has {Connections} connections that are not logged in, which is its share: those that send no AUTH are "
            + "closed for its newcomers. Name the network in --crowded-networks if many users come from there")]
    public static partial void NetworkHasItsShare(ILogger logger, string address, int connections);

    [LoggerMessage(1401, LogLevel.Information, "login failed from {Address} for {User}: {Code}")]
    public static partial void LoginFailed(ILogger logger, string address, string user, string code);

    [LoggerMessage(1402, LogLevel.Information, "{Count} more failed logins in the last minute have no line of their own")]
    public static partial void LoginsFailedWithoutLine(ILogger logger, long count);

    [LoggerMessage(1403, LogLevel.Warning,
        "The registration limit is used up: new accounts refused since the last such line: {Count}, the last one to {Address}")]
    public static partial void RegistrationsRefused(ILogger logger, long count, System.Net.IPAddress? address);
}
