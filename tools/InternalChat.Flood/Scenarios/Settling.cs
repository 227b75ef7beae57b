using System.Diagnostics;

namespace InternalChat.Flood.Scenarios;

/// <summary>The time after the load in which its last consequences arrive.</summary>
internal static class Settling
{
    /// <summary>For logins that the end of the load finds under way.</summary>
    internal static readonly TimeSpan LoginPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until all has arrived, or nothing more arrives for five seconds.</summary>
    /// <param name="isSettled">Whether all has arrived.</param>
    /// <param name="progress">A number that changes whenever anything arrives.</param>
    /// <param name="reading">When this is complete nothing can arrive any more.</param>
    internal static async Task WaitAsync(Func<bool> isSettled, Func<long> progress, Task reading)
    {
        var lastProgress = progress();
        var lastChange = Stopwatch.GetTimestamp();
        while (!reading.IsCompleted && !isSettled() && Stopwatch.GetElapsedTime(lastChange) < Patience)
        {
            await Task.Delay(Poll);
            var now = progress();
            if (now != lastProgress)
                (lastProgress, lastChange) = (now, Stopwatch.GetTimestamp());
        }
    }
}
