namespace InternalChat.Storage.Sqlite.Upkeep;

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

    /// <summary>
    /// Only after so many calls without a batch between them, some 20 ms for a writer that looks each millisecond, nobody is held up by
    /// slices that follow one another. One quiet millisecond says nothing: so long are the gaps of a thousand messages a second.
    /// </summary>
    private const int QuietCallsOfIdle = 20;

    private int _quietCalls = QuietCallsOfIdle;
    private long _lastSlice = time.GetTimestamp();
    private long? _failedAt;

    public bool IsBackingOff => _failedAt is { } failedAt && time.GetElapsedTime(failedAt) < RetryDelay;

    public void BatchCommitted() => _quietCalls = 0;

    public void SliceCommitted() => _lastSlice = time.GetTimestamp();

    public void SliceFailed() => _failedAt = time.GetTimestamp();

    /// <summary>Asked once a call for maintenance: whether a slice is to be written now rather than by the batches that come.</summary>
    public bool IsTimeForSlice()
    {
        if (_quietCalls < QuietCallsOfIdle)
            _quietCalls++;
        return _quietCalls == QuietCallsOfIdle || time.GetElapsedTime(_lastSlice) >= BusySliceInterval;
    }
}
