using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace InternalChat.Server.Network.Progress;

/// <summary>
/// Whether a socket's peer is gone, asked without reading: what the peer has sent stays where it is, and so does the error that the next
/// read or write will meet. A connection that is being read needs no such question, and nobody asks it of an idle one.
/// </summary>
internal static partial class HangUp
{
    // include/uapi/asm-generic/poll.h: told whether or not they are asked for.
    private const short Error = 0x8;
    private const short HungUp = 0x10;

    /// <summary>
    /// True once the connection is over in both directions: after a reset, or when the peer of a Unix socket has closed. A peer that has
    /// only shut down its sending side is there; over TCP, one that has closed looks the same until something is sent to it. Any thread;
    /// about a microsecond.
    /// </summary>
    /// <returns>False also if the platform cannot tell.</returns>
    public static bool Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        var handle = socket.SafeHandle;
        var isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            var polled = new PolledSocket { Descriptor = (int)handle.DangerousGetHandle() };
            return Poll(ref polled, count: 1, timeout: 0) > 0 && (polled.Events & (Error | HungUp)) != 0;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
        finally
        {
            if (isHeld)
                handle.DangerousRelease();
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PolledSocket polled, nuint count, int timeout);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PolledSocket
    {
        public int Descriptor;
        public short Requested;
        public short Events;
    }
}
