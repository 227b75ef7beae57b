using InternalChat.Storage.Sqlite.Diagnostics;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>
/// Tells the operator once that the disk is getting full, and once that it is not any more: a disk that hovers at the mark must not fill
/// the log, which may be on it. The writer's thread only, but <see cref="IsLow"/>, <see cref="LowDiskBytes"/> and <see cref="MarkOf"/>.
/// </summary>
internal sealed class LowDiskWatch(string databasePath, TimeProvider time, ILogger logger, Func<string, StorageSpace?>? measure = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Func<string, StorageSpace?> _measure = measure ?? StorageSpace.TryMeasure;
    private long? _lastLook;
    private long _lowDiskBytes;
    private volatile bool _isLow;

    /// <summary>Whether the disk was low at the last look. Any thread.</summary>
    public bool IsLow => _isLow;

    /// <summary>Free bytes below which the disk is low; null for the usual <see cref="StorageSpace.LowMark"/>. Any thread.</summary>
    public long? LowDiskBytes
    {
        get => Volatile.Read(ref _lowDiskBytes) is > 0 and var bytes ? bytes : null;
        set => Volatile.Write(ref _lowDiskBytes, value ?? 0);
    }

    /// <summary>Free bytes below which this disk is low. Any thread.</summary>
    public long MarkOf(StorageSpace space) => space.LowMark(LowDiskBytes);

    /// <summary>Looks where it is time to.</summary>
    public void Look()
    {
        if (_lastLook is { } lastLook && time.GetElapsedTime(lastLook) < Interval)
            return;
        _lastLook = time.GetTimestamp();
        // Of a disk that does not answer writing reports, which meets the same one.
        if (_measure(databasePath) is { } space)
            Judge(space);
    }

    private void Judge(StorageSpace space)
    {
        var mark = MarkOf(space);
        if (!_isLow && space.FreeBytes < mark)
        {
            _isLow = true;
            StorageLog.DiskIsLow(logger, databasePath, space.FreeBytes, mark);
        }
        else if (_isLow && space.FreeBytes >= mark + (mark / 4))
        {
            _isLow = false;
            StorageLog.DiskHasRoom(logger, databasePath, space.FreeBytes);
        }
    }
}
