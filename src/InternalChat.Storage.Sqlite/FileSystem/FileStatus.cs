using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>
/// What the file system knows of a name, without following a symbolic link unless it says so, or of an open file. Linux only; elsewhere
/// nothing is known.
/// </summary>
/// <param name="Identity">Which file it is.</param>
/// <param name="Links">How many names (hard links) the file has; 0 when it was removed and only a process still has it open.</param>
/// <param name="Mode">Type and permissions, as in <c>st_mode</c>.</param>
/// <param name="User">The owner's id.</param>
/// <param name="Group">The group's id.</param>
internal readonly record struct FileStatus(FileIdentity Identity, uint Links, ushort Mode, uint User, uint Group)
{
    // Of statx: https://man7.org/linux/man-pages/man2/statx.2.html
    private const int WorkingDirectory = -100;
    private const int Followed = 0;
    private const int NotFollowed = 0x100;
    private const int OfDescriptor = 0x1000;

    // Type, mode, links, owner, group and inode, and no times: if somebody has asked for a file's times, its next write takes a new
    // timestamp (https://docs.kernel.org/filesystems/multigrain-ts.html). Asked before each commit, that made a commit a quarter dearer.
    private const uint NoTimes = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x100;

    private const int AnswerLength = 256;
    private const int LinksOffset = 16;
    private const int UserOffset = 20;
    private const int GroupOffset = 24;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int MajorOffset = 136;
    private const int MinorOffset = 140;

    // errno.h
    private const int NoEntry = 2;
    private const int NotADirectory = 20;

    public bool IsRegularFile => (Mode & 0xF000) == 0x8000;

    public bool IsFolder => (Mode & 0xF000) == 0x4000;

    public bool IsLink => (Mode & 0xF000) == 0xA000;

    /// <summary>Of a folder: whether only the owner of what is in it may rename or delete that.</summary>
    public bool IsSticky => (Mode & (int)UnixFileMode.StickyBit) != 0;

    public bool IsWritableByAll => (Mode & (int)UnixFileMode.OtherWrite) != 0;

    /// <summary>Whether a group may write that is not root's.</summary>
    public bool IsWritableByGroup => (Mode & (int)UnixFileMode.GroupWrite) != 0 && Group != 0;

    /// <summary>What it is, for a sentence such as "X is a folder".</summary>
    public string Kind => (Mode & 0xF000) switch
    {
        0x8000 => "a regular file",
        0x4000 => "a folder",
        0xA000 => "a symbolic link",
        0x1000 => "a named pipe",
        0xC000 => "a socket",
        0x2000 or 0x6000 => "a device",
        _ => "no regular file",
    };

    /// <summary>Looks at a name. Allocates nothing.</summary>
    /// <param name="path">The name.</param>
    /// <param name="isMissing">Whether nothing has this name; false also when that cannot be found out.</param>
    /// <returns>Null when nothing has this name, it cannot be looked at, or this is not Linux.</returns>
    public static FileStatus? Of(string path, out bool isMissing) => Of(path, NotFollowed, out isMissing);

    /// <returns>Null when nothing has this name, or this is not Linux.</returns>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileStatus? Of(string path) => Known(path, NotFollowed);

    /// <summary>Looks at what the name leads to.</summary>
    /// <returns>Null when there is nothing, or this is not Linux.</returns>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static FileStatus? Behind(string path) => Known(path, Followed);

    /// <summary>Looks at an open file.</summary>
    /// <returns>Null when the system does not tell, or this is not Linux.</returns>
    public static FileStatus? Of(int descriptor)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        return OperatingSystem.IsLinux() && Libc.Status(descriptor, "", OfDescriptor, NoTimes, answer) == 0 ? From(answer) : null;
    }

    /// <inheritdoc cref="Of(int)"/>
    public static FileStatus? Of(SafeFileHandle file) => Of((int)file.DangerousGetHandle());

    private static FileStatus? Known(string path, int flags) =>
        Of(path, flags, out var isMissing) is { } status ? status
        : isMissing || !OperatingSystem.IsLinux() ? null
        : throw new IOException($"{path} cannot be looked at");

    private static FileStatus? Of(string path, int flags, out bool isMissing)
    {
        isMissing = false;
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> answer = stackalloc byte[AnswerLength];
        if (Libc.Status(WorkingDirectory, path, flags, NoTimes, answer) == 0)
            return From(answer);
        isMissing = Marshal.GetLastPInvokeError() is NoEntry or NotADirectory;
        return null;
    }

    private static FileStatus From(ReadOnlySpan<byte> answer) => new(
        new FileIdentity(
            BitConverter.ToUInt32(answer[MajorOffset..]), BitConverter.ToUInt32(answer[MinorOffset..]),
            BitConverter.ToUInt64(answer[InodeOffset..])),
        BitConverter.ToUInt32(answer[LinksOffset..]),
        BitConverter.ToUInt16(answer[ModeOffset..]),
        BitConverter.ToUInt32(answer[UserOffset..]),
        BitConverter.ToUInt32(answer[GroupOffset..]));
}

/// <summary>Tells one file from every other for as long as it is open: the device and the number of the inode.</summary>
internal readonly record struct FileIdentity(uint Major, uint Minor, ulong Inode);
