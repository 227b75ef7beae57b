using System.Runtime.InteropServices;
using System.Text;

namespace InternalChat.Server.Logging;

/// <summary>
/// A file descriptor that whole lines are written to, however long that takes. Other processes may share it, so its modes are left alone.
/// For one thread.
/// </summary>
/// <param name="descriptor">Where to write. It stays open.</param>
/// <param name="encoding">What the lines become.</param>
internal sealed partial class LogStream(int descriptor, Encoding encoding)
{
    // Linux's errno.h and poll.h.
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const short CanBeWritten = 4;
    private const int WithoutEnd = -1;

    // It does not tell when the reader is gone, and serves where system calls are others than Linux's.
    private readonly Stream? _console = OperatingSystem.IsLinux() ? null : Console.OpenStandardOutput();
    private byte[] _buffer = new byte[1_024];
    private bool _isWithinLine;

    /// <summary>The program's standard output, in the encoding of its locale.</summary>
    public static LogStream StandardOutput() => new(descriptor: 1, Console.OutputEncoding);

    /// <summary>Writes a line.</summary>
    /// <returns>False if it is lost: nobody is there to read it, or the file takes no more.</returns>
    public bool TryWrite(string line)
    {
        // A part of a line may be there from the attempt before.
        var text = _isWithinLine ? "\n" + line : line;
        var most = encoding.GetMaxByteCount(text.Length);
        if (_buffer.Length < most)
            _buffer = new byte[most];
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, encoding.GetBytes(text, _buffer));
        return _console is null ? TryWrite(bytes) : TryWrite(bytes, _console);
    }

    private static bool TryWrite(ReadOnlySpan<byte> bytes, Stream console)
    {
        try
        {
            console.Write(bytes);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = Write(descriptor, bytes, bytes.Length);
            if (written >= 0)
            {
                _isWithinLine = written < bytes.Length;
                bytes = bytes[(int)written..];
            }
            else if (Marshal.GetLastPInvokeError() is var error && error == TryAgain)
            {
                WaitUntilItCanBeWritten();
            }
            else if (error != Interrupted)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>For descriptors that somebody has made non-blocking.</summary>
    private void WaitUntilItCanBeWritten()
    {
        var poll = new PollDescriptor { Descriptor = descriptor, Events = CanBeWritten };
        _ = Poll(ref poll, 1, WithoutEnd);
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
