using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.Storage.Files;

/// <summary>What the system knows of a name in a folder, which is not followed if it is a link, or of a file that is open.</summary>
[SupportedOSPlatform("linux")]
internal readonly record struct FileStatus(int Mode, uint Links, uint User, uint Group, ulong Inode, ulong Device)
{
    // Of statx: https://man7.org/linux/man-pages/man2/statx.2.html
    private const int WorkingDirectory = -100;
    private const int NotFollowed = 0x100;
    private const int OfDescriptor = 0x1000;
    private const uint BasicStatus = 0x7FF;
    private const int AnswerLength = 256;

    // errno.h
    private const int NoSuchFile = 2;
    private const int NotAFolder = 20;

    // sys/stat.h
    private const int TypeMask = 0xF000;
    private const int Folder = 0x4000;
    private const int RegularFile = 0x8000;
    private const int Link = 0xA000;

    public bool IsFolder => (Mode & TypeMask) == Folder;

    public bool IsFile => (Mode & TypeMask) == RegularFile;

    public bool IsLink => (Mode & TypeMask) == Link;

    /// <summary>Of a folder: whether only the owner of what is in it may rename or delete that.</summary>
    public bool IsSticky => (Mode & (int)UnixFileMode.StickyBit) != 0;

    public bool IsWritableByAll => (Mode & (int)UnixFileMode.OtherWrite) != 0;

    /// <summary>Whether a group may write that is not root's.</summary>
    public bool IsWritableByGroup => (Mode & (int)UnixFileMode.GroupWrite) != 0 && Group != 0;

    /// <returns>Null if there is nothing of that name.</returns>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileStatus? Of(string path) => Of(path, NotFollowed);

    /// <summary>Of what the name leads to.</summary>
    /// <returns>Null if there is nothing.</returns>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileStatus? Behind(string path) => Of(path, flags: 0);

    /// <summary>Whether there is something of that name that may be looked at.</summary>
    public static bool IsThere(string path) =>
        Libc.Status(WorkingDirectory, path, NotFollowed, BasicStatus, stackalloc byte[AnswerLength]) == 0;

    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileStatus Of(SafeFileHandle file)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        return Libc.Status((int)file.DangerousGetHandle(), "", OfDescriptor, BasicStatus, answer) == 0
            ? Read(answer)
            : throw new IOException("an open file cannot be looked at");
    }

    private static FileStatus? Of(string path, int flags)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        if (Libc.Status(WorkingDirectory, path, flags, BasicStatus, answer) == 0)
            return Read(answer);
        return System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is NoSuchFile or NotAFolder
            ? null
            : throw new IOException($"{path} cannot be looked at");
    }

    private static FileStatus Read(ReadOnlySpan<byte> answer) => new(
        BitConverter.ToUInt16(answer[28..]),
        BitConverter.ToUInt32(answer[16..]),
        BitConverter.ToUInt32(answer[20..]),
        BitConverter.ToUInt32(answer[24..]),
        BitConverter.ToUInt64(answer[32..]),
        BitConverter.ToUInt64(answer[136..]));
}
