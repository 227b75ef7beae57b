using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Diagnostics;

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

    [LoggerMessage(EventId = 2006, Level = LogLevel.Warning, Message = "Upkeep of the database failed and will be tried again: {Reason}")]
    public static partial void UpkeepFailed(ILogger logger, string reason);

    [LoggerMessage(EventId = 2007, Level = LogLevel.Error, Message = "A batch could not be stored: {Reason}")]
    public static partial void BatchFailed(ILogger logger, string reason);

    [LoggerMessage(EventId = 2008, Level = LogLevel.Warning,
        Message = "Closing without the last second's delivered marks, so some messages will be delivered again: {Reason}")]
    public static partial void CloseIncomplete(ILogger logger, string reason);

    [LoggerMessage(EventId = 2009, Level = LogLevel.Information,
        Message = "Retention: {Removed} messages from before {Cutoff:u} are gone, {Undelivered} of them never delivered")]
    public static partial void RetentionRun(ILogger logger, long removed, long undelivered, DateTimeOffset cutoff);

    [LoggerMessage(EventId = 2010, Level = LogLevel.Warning,
        Message = "Retention is held up by message {MessageId} and others after it, which are dated {CreatedAt:u}, in the future: "
            + "they are too many to tell how old they are, so they and what is behind them stay until then")]
    public static partial void RetentionHeldUp(ILogger logger, long messageId, DateTimeOffset createdAt);

    [LoggerMessage(EventId = 2030, Level = LogLevel.Warning,
        Message = "Retention {Limit} would remove {Messages} messages from before {Cutoff:u}, {Undelivered} of them never delivered. "
            + "That is more than a day's worth at once, so it waits for another {Remaining} of running time: is the clock right, and "
            + "the setting? 'internalchat admin retention now' has it done at once")]
    public static partial void RetentionWaits(
        ILogger logger, TimeSpan limit, long messages, DateTimeOffset cutoff, long undelivered, TimeSpan remaining);

    [LoggerMessage(
        EventId = 2011, Level = LogLevel.Information,
        Message = "Erasing account {AccountId}: {Messages} messages overwritten, the rest follows")]
    public static partial void ErasureScanned(ILogger logger, long accountId, long messages);

    [LoggerMessage(EventId = 2012, Level = LogLevel.Information, Message = "Erased account {AccountId}; the write-ahead log is empty")]
    public static partial void Erased(ILogger logger, long accountId);

    [LoggerMessage(EventId = 2014, Level = LogLevel.Information,
        Message = "Written anew without what the old tables held, in {Elapsed}: {Before} bytes before, {After} bytes now")]
    public static partial void Compacted(ILogger logger, TimeSpan elapsed, long before, long after);

    [LoggerMessage(EventId = 2015, Level = LogLevel.Warning,
        Message = "{Path} could not be written anew after the upgrade, so its free pages still hold the old tables: {Reason}")]
    public static partial void NotCompacted(ILogger logger, string path, string reason);

    [LoggerMessage(EventId = 2016, Level = LogLevel.Warning,
        Message = "The database {Path} can be read by others than its owner (mode {Mode}): run chmod 600 on it, "
            + "and on what lies beside it")]
    public static partial void ReadableByOthers(ILogger logger, string path, string mode);

    [LoggerMessage(EventId = 2017, Level = LogLevel.Warning,
        Message = "The disk of {Path} is nearly full: {FreeBytes} bytes are free, fewer than {LowWaterMark}; "
            + "nobody can register meanwhile, and when it is full, messages are refused")]
    public static partial void DiskIsLow(ILogger logger, string path, long freeBytes, long lowWaterMark);

    [LoggerMessage(EventId = 2018, Level = LogLevel.Information, Message = "The disk of {Path} has room again: {FreeBytes} bytes are free")]
    public static partial void DiskHasRoom(ILogger logger, string path, long freeBytes);

    [LoggerMessage(EventId = 2021, Level = LogLevel.Critical, Message = "{Reason}")]
    public static partial void FilesLost(ILogger logger, string reason);

    [LoggerMessage(EventId = 2022, Level = LogLevel.Information, Message = "{Path} is where it was; messages are stored again")]
    public static partial void FilesFound(ILogger logger, string path);

    [LoggerMessage(EventId = 2023, Level = LogLevel.Warning,
        Message = "The database {Path} now has {Links} names (hard links): it will not be opened again before the others are removed, "
            + "and a server that opened one of them would destroy it. For a copy run 'internalchat db backup'")]
    public static partial void HasSeveralNames(ILogger logger, string path, uint links);

    [LoggerMessage(EventId = 2024, Level = LogLevel.Information, Message = "The database {Path} has one name again")]
    public static partial void HasOneName(ILogger logger, string path);
}
