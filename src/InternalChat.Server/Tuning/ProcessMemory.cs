using System.Runtime;
using System.Runtime.InteropServices;

namespace InternalChat.Server.Tuning;

/// <summary>The memory that the process holds. Thread-safe.</summary>
internal static unsafe class ProcessMemory
{
    /// <summary>What may be allocated while collections are suspended: 24,000 logins leave as much behind.</summary>
    public const long PauseBytes = 128L << 20;

    /// <summary>In a process that may have less memory than this, collections are never suspended.</summary>
    public const long PauseLeastMemory = 8 * PauseBytes;

    // The part of it for arrays of 85,000 bytes and more, of which a login makes none.
    private const long PauseLargeObjectBytes = 1L << 20;

    // A second caller would get an exception from the runtime.
    private static readonly Lock PauseGate = new();

    // Only glibc has it: https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    private static readonly delegate* unmanaged<nint, int> TrimNativeHeap =
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out var function)
            ? (delegate* unmanaged<nint, int>)function
            : null;

    /// <summary>Whether collections are suspended.</summary>
    public static bool IsPaused => GCSettings.LatencyMode == GCLatencyMode.NoGCRegion;

    /// <summary>
    /// Gives back to the system what is not in use: of the collected heap, for which every thread waits, and of the native one, in which
    /// OpenSSL has what it keeps for a connection. Ends what <see cref="PauseCollections"/> has begun.
    /// </summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (TrimNativeHeap is not null)
            _ = TrimNativeHeap(0);
    }

    /// <summary>
    /// Suspends collections until <see cref="PauseBytes"/> have been allocated or <see cref="GiveBack"/> is called. The memory counts as
    /// used once it has been written to, not before. Does nothing if collections are suspended already or memory is short.
    /// </summary>
    public static void PauseCollections()
    {
        lock (PauseGate)
        {
            if (!IsPaused && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >= PauseLeastMemory)
                _ = GC.TryStartNoGCRegion(PauseBytes, PauseLargeObjectBytes, disallowFullBlockingGC: true);
        }
    }
}
