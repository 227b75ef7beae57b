using System.Runtime;
using System.Runtime.InteropServices;

namespace InternalChat.Server.Hosting;

/// <summary>The memory that the process holds. Thread-safe.</summary>
internal static unsafe class ProcessMemory
{
    /// <summary>What may be allocated while the collector is held off: 24,000 logins leave it.</summary>
    public const long HoldOffBytes = 128L << 20;

    /// <summary>A process that may have less has its collector look as soon as it wants to.</summary>
    public const long HoldOffLeastMemory = 8 * HoldOffBytes;

    // Of it for arrays of 85,000 bytes and more, of which a login makes none.
    private const long HoldOffLargeObjectBytes = 1L << 20;

    // The collector throws at a second one who asks.
    private static readonly Lock HoldOffGate = new();

    // Only glibc has it: https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    private static readonly delegate* unmanaged<nint, int> TrimNativeHeap =
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out var function)
            ? (delegate* unmanaged<nint, int>)function
            : null;

    /// <summary>Whether the collector is being held off.</summary>
    public static bool IsHeldOff => GCSettings.LatencyMode == GCLatencyMode.NoGCRegion;

    /// <summary>
    /// Gives back to the system what is not in use: of the collected heap, for which every thread waits, and of the native one, in which
    /// OpenSSL has what it keeps for a connection. Ends what <see cref="HoldCollectionsOff"/> has begun.
    /// </summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (TrimNativeHeap is not null)
            _ = TrimNativeHeap(0);
    }

    /// <summary>
    /// Has the collector wait until <see cref="HoldOffBytes"/> have been allocated or <see cref="GiveBack"/> is called. The memory is in
    /// use when it has been written to, not before. Does nothing where collections are held off already or memory is short.
    /// </summary>
    public static void HoldCollectionsOff()
    {
        lock (HoldOffGate)
        {
            if (!IsHeldOff && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >= HoldOffLeastMemory)
                _ = GC.TryStartNoGCRegion(HoldOffBytes, HoldOffLargeObjectBytes, disallowFullBlockingGC: true);
        }
    }
}
