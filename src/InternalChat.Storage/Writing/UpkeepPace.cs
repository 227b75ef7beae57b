namespace InternalChat.Storage.Writing;

/// <summary>
/// When the writer may spend a transaction of its own on upkeep, and when it must leave the disk alone. The writer's thread only.
/// </summary>
internal sealed class UpkeepPace(TimeProvider time)
{
    /// <summary>A slice ends after about so long: chat waits meanwhile.</summary>
    public static readonly TimeSpan SliceTime = TimeSpan.FromMilliseconds(2);

    /// <summary>After a slice failed, so long none is written: a full disk is not asked at each batch.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// While batches come, slices of their own are at least so far apart: each costs a sync, and batches carry slices too.
    /// </summary>
    private static readonly TimeSpan BusySliceInterval = TimeSpan.FromMilliseconds(50);

    private int _batches;
    private long _lastSlice = time.GetTimestamp();
    private long? _failedAt;

    public bool IsBackingOff => _failedAt is { } failedAt && time.GetElapsedTime(failedAt) < RetryDelay;

    public void BatchCommitted() => _batches++;

    public void SliceCommitted() => _lastSlice = time.GetTimestamp();

    public void SliceFailed() => _failedAt = time.GetTimestamp();

    /// <summary>Asked once a call for maintenance: whether a slice is to be written now rather than by the batches that come.</summary>
    public bool IsTimeForSlice()
    {
        var isIdle = _batches == 0;
        _batches = 0;
        return isIdle || time.GetElapsedTime(_lastSlice) >= BusySliceInterval;
    }
}
