using Microsoft.Extensions.Logging;

namespace InternalChat.Storage;

/// <summary>What storage tells the operator. Never a name, a password or a body.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Information,
        Message = "Opened {Path}: last message {LastMessageId}, {Replayed} messages replayed in {Elapsed}")]
    public static partial void Opened(ILogger logger, string path, long lastMessageId, long replayed, TimeSpan elapsed);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information,
        Message = "Upgrading {Path}, written by the original server; the backup is {Backup}")]
    public static partial void UpgradeBegins(ILogger logger, string path, string backup);

    [LoggerMessage(EventId = 2003, Level = LogLevel.Information, Message = "Upgrade: {Messages} messages so far")]
    public static partial void UpgradeProgress(ILogger logger, long messages);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Information,
        Message = "Upgraded: {Accounts} accounts, {Messages} messages, {Pending} of them pending")]
    public static partial void Upgraded(ILogger logger, long accounts, long messages, long pending);

    [LoggerMessage(EventId = 2005, Level = LogLevel.Warning, Message = "A checkpoint failed and will be tried again: {Reason}")]
    public static partial void CheckpointFailed(ILogger logger, string reason);

    [LoggerMessage(EventId = 2006, Level = LogLevel.Warning, Message = "Writing behind failed and will be tried again: {Reason}")]
    public static partial void WriteBehindFailed(ILogger logger, string reason);

    [LoggerMessage(EventId = 2007, Level = LogLevel.Error, Message = "A batch could not be stored: {Reason}")]
    public static partial void BatchFailed(ILogger logger, string reason);

    [LoggerMessage(EventId = 2008, Level = LogLevel.Warning,
        Message = "Closing without the last second's delivered marks, so some messages will be delivered again: {Reason}")]
    public static partial void CloseIncomplete(ILogger logger, string reason);
}
