using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Storage.Sqlite.Options;

/// <summary>
/// How the database is opened. Every bound has a default that suits a server of a hundred thousand users in about 200 MiB.
/// </summary>
public sealed record DatabaseOptions
{
    /// <summary>The database file; its folder is made where it is missing.</summary>
    public required string Path { get; init; }

    /// <summary>What an acknowledged commit survives.</summary>
    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>
    /// How old a message may become before it is removed, fetched or not; null, the default, for any age. Looked at once an hour, and more
    /// often where it is shorter than four days.
    /// </summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>
    /// Free bytes on the disk below which the operator is warned; null, the default, for the usual <see cref="StorageSpace.LowMark"/>.
    /// </summary>
    public long? LowDiskBytes { get; init; }

    /// <summary>
    /// How many readers will be in use at a time (1 to 64); <see cref="ReaderPageCacheBytes"/> is shared between that many.
    /// </summary>
    public int Readers { get; init; } = 2;

    /// <summary>
    /// SQLite page cache of the writer, in bytes. Appends touch the log's last page only; the rest serves write-behind and receipts.
    /// </summary>
    public int WriterPageCacheBytes { get; init; } = 16 << 20;

    /// <summary>
    /// SQLite page cache of all readers together, in bytes. The system's own cache is behind it. The file is not mapped into memory: the
    /// mapped part of a large log would count as the program's, and a page that the disk cannot read would end the process.
    /// </summary>
    public int ReaderPageCacheBytes { get; init; } = 8 << 20;

    /// <summary>
    /// Clean heads kept in memory, mailboxes and conversations each (about 60 bytes apiece). A head that is not here costs the first
    /// append of that conversation one look-up by primary key.
    /// </summary>
    public int CleanHeads { get; init; } = 500_000;

    /// <summary>Recent messages remembered so that READ needs no look-up (24 bytes apiece); rounded up to a power of two.</summary>
    public int RecentMessages { get; init; } = 65_536;

    /// <summary>
    /// Accounts whose block lists are remembered. Those who block nobody share one empty list, so an entry is about 40 bytes.
    /// </summary>
    public int CachedBlockLists { get; init; } = 100_000;

    /// <summary>Sender names each reader remembers (about 100 bytes apiece).</summary>
    public int CachedNames { get; init; } = 16_384;

    internal void Validate()
    {
        if (Retention is { } retention)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retention, TimeSpan.Zero);
        if (LowDiskBytes is { } lowDisk)
            ArgumentOutOfRangeException.ThrowIfLessThan(lowDisk, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Readers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Readers, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(WriterPageCacheBytes, 64 << 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReaderPageCacheBytes, 64 << 10);
        ArgumentOutOfRangeException.ThrowIfLessThan(CleanHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RecentMessages, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(RecentMessages, 1 << 24);
        ArgumentOutOfRangeException.ThrowIfLessThan(CachedBlockLists, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CachedNames, 1);
    }
}
