using System.Runtime.InteropServices;

namespace InternalChat.Server.Hosting;

/// <summary>The memory that the process holds.</summary>
internal static unsafe class ProcessMemory
{
    // Only glibc has it: https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    private static readonly delegate* unmanaged<nint, int> TrimNativeHeap =
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "malloc_trim", out var function)
            ? (delegate* unmanaged<nint, int>)function
            : null;

    /// <summary>
    /// Gives back to the system what is not in use: of the collected heap, for which every thread waits, and of the native one, in which
    /// OpenSSL has what it keeps for a connection.
    /// </summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (TrimNativeHeap is not null)
            _ = TrimNativeHeap(0);
    }
}
