using InternalChat.Storage.Sqlite.Diagnostics;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Removal;

/// <summary>
/// What operators hear of retention: lines in the log, and how it stands. The writer's thread only, but <see cref="Status"/>.
/// </summary>
internal sealed class RetentionReport(RetentionClock clock, ILogger logger)
{
    private RetentionStatus? _published;
    private long _removed;
    private long _undelivered;

    /// <summary>How it stands. Any thread.</summary>
    public RetentionStatus Status => clock.Limit is { } limit
        ? (Volatile.Read(ref _published) ?? new RetentionStatus(limit, null, null, null)) with
        {
            Limit = limit,
            Cutoff = RetentionClock.Date(clock.CutoffOf(limit)),
        }
        : new RetentionStatus(null, null, null, null);

    /// <summary>What is waiting was counted.</summary>
    public void Counted(OldEnd end, RetentionState state)
    {
        var cutoff = RetentionClock.Date(end.Cutoff);
        if (end.Messages > 0)
            StorageLog.RetentionWaits(logger, clock.LimitOfLook, end.Messages, cutoff, end.Undelivered, state.Remaining);
    }

    /// <summary>How far the old end reaches was found.</summary>
    public void Found(OldEnd end)
    {
        if ((end.HoldsBack || end.IsFound) && end.FirstYoung is { } young && young.CreatedAt > clock.Latest)
        {
            var createdAt = RetentionClock.Date(young.CreatedAt);
            StorageLog.RetentionHeldUp(logger, young.Id, createdAt);
        }
    }

    /// <summary>Messages are gone from the file.</summary>
    public void Removed(long messages, long undelivered) => (_removed, _undelivered) = (_removed + messages, _undelivered + undelivered);

    /// <summary>Wiping has come to its end, or was broken off.</summary>
    public void Wiped(OldEnd end)
    {
        if (_removed == 0)
            return;
        var cutoff = RetentionClock.Date(end.Cutoff);
        StorageLog.RetentionRun(logger, _removed, _undelivered, cutoff);
        (_removed, _undelivered) = (0, 0);
    }

    /// <summary>Lets <see cref="Status"/> show how it stands now.</summary>
    /// <param name="state">What may go.</param>
    /// <param name="counted">What waits, if it was counted.</param>
    public void Publish(RetentionState state, OldEnd? counted)
    {
        var waiting = state.WaitsFor is { } cutoff
            ? new RetentionWait(
                RetentionClock.Date(counted?.Cutoff ?? cutoff), counted?.Messages ?? 0, counted?.Undelivered ?? 0, state.Remaining)
            : null;
        var permitted = state.Permitted is { } through ? RetentionClock.Date(through) : (DateTimeOffset?)null;
        Volatile.Write(ref _published, new RetentionStatus(clock.LimitOfLook, null, permitted, waiting));
    }
}
