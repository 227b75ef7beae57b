using InternalChat.Storage.Diagnostics;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Maintenance;

/// <summary>
/// Tells the operator once that the disk is getting full, and once that it is not any more: a disk that hovers at the mark must not fill the
/// log, which may be on it. One thread at a time.
/// </summary>
internal sealed class LowDiskWatch(string databasePath, TimeProvider time, ILogger logger, Func<string, StorageSpace?>? measure = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly Func<string, StorageSpace?> _measure = measure ?? StorageSpace.TryMeasure;
    private long? _lastLook;
    private bool _isLow;

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
        if (!_isLow && space.IsLow)
        {
            _isLow = true;
            StorageLog.DiskIsLow(logger, databasePath, space.FreeBytes, space.LowWaterMark);
        }
        else if (_isLow && space.FreeBytes >= space.LowWaterMark + (space.LowWaterMark / 4))
        {
            _isLow = false;
            StorageLog.DiskHasRoom(logger, databasePath, space.FreeBytes);
        }
    }
}
