using System.Runtime.InteropServices;

namespace InternalChat.Storage.Files;

/// <summary>What the file system knows of a name, without following a symbolic link. Linux only.</summary>
/// <param name="Identity">Which file it is.</param>
/// <param name="Links">How many names (hard links) the file has; 0 when it was removed and only a process still has it open.</param>
/// <param name="Mode">Type and permissions, as in <c>st_mode</c>.</param>
internal readonly record struct FileStatus(FileIdentity Identity, uint Links, ushort Mode)
{
    // Of statx: https://man7.org/linux/man-pages/man2/statx.2.html
    private const int WorkingDirectory = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint TypeLinksAndInode = 0x1 | 0x4 | 0x100;
    private const int AnswerLength = 256;
    private const int LinksOffset = 16;
    private const int ModeOffset = 28;
    private const int InodeOffset = 32;
    private const int MajorOffset = 136;
    private const int MinorOffset = 140;

    private const int NoEntry = 2;
    private const int NotADirectory = 20;

    public bool IsRegularFile => (Mode & 0xF000) == 0x8000;

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
    public static FileStatus? Of(string path, out bool isMissing)
    {
        isMissing = false;
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> answer = stackalloc byte[AnswerLength];
        if (Libc.Status(WorkingDirectory, path, NoFollow, TypeLinksAndInode, answer) == 0)
            return From(answer);
        isMissing = Marshal.GetLastPInvokeError() is NoEntry or NotADirectory;
        return null;
    }

    /// <summary>Looks at an open file.</summary>
    public static FileStatus? Of(int descriptor)
    {
        Span<byte> answer = stackalloc byte[AnswerLength];
        return OperatingSystem.IsLinux() && Libc.Status(descriptor, "", EmptyPath, TypeLinksAndInode, answer) == 0 ? From(answer) : null;
    }

    private static FileStatus From(ReadOnlySpan<byte> answer) => new(
        new FileIdentity(
            BitConverter.ToUInt32(answer[MajorOffset..]), BitConverter.ToUInt32(answer[MinorOffset..]),
            BitConverter.ToUInt64(answer[InodeOffset..])),
        BitConverter.ToUInt32(answer[LinksOffset..]),
        BitConverter.ToUInt16(answer[ModeOffset..]));
}

/// <summary>Tells one file from every other for as long as it is open: the device and the number of the inode.</summary>
internal readonly record struct FileIdentity(uint Major, uint Minor, ulong Inode);
