using System.Buffers;
using System.Security.Cryptography;

namespace InternalChat.Certificates;

/// <summary>
/// Reads a whole file that an operator names, and never waits for one: a pipe that stands where a certificate should be has no end, and
/// nobody looks at a certificate of gigabytes.
/// </summary>
internal static class SmallFile
{
    /// <summary>Enough for the certificates of every public authority with a description of each.</summary>
    public const int MaxBytes = 4 * 1_024 * 1_024;

    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This program may not read it.</exception>
    /// <exception cref="InvalidDataException">It is empty, too large, or no regular file.</exception>
    public static T Read<T>(string path, Func<ReadOnlySpan<byte>, T> read)
    {
        if (Directory.Exists(path))
            throw new InvalidDataException($"{path} is a directory");
        // A pipe has no length. It must not be opened: that waits for somebody who writes.
        if (Target(path) is { Exists: true, Length: 0 })
            throw new InvalidDataException($"{path} is empty, or is no regular file");
        try
        {
            // Shared with everybody: a program that replaces the file must not find it locked.
            using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            if (length > MaxBytes)
                throw new InvalidDataException($"{path} has {length} bytes: a file of certificates and keys has at most {MaxBytes}");
            var buffer = ArrayPool<byte>.Shared.Rent((int)length);
            try
            {
                var filled = 0;
                while (filled < length && RandomAccess.Read(file, buffer.AsSpan(filled, (int)length - filled), filled) is > 0 and var count)
                    filled += count;
                return read(buffer.AsSpan(0, filled));
            }
            finally
            {
                // It may have been a private key.
                CryptographicOperations.ZeroMemory(buffer);
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        catch (UnauthorizedAccessException exception)
        {
            // In a container a user often has a number only.
            var user = Environment.UserName is { Length: > 0 } name ? $"user {name}" : "the user that this program runs as";
            throw new UnauthorizedAccessException($"{path} may not be read by {user}", exception);
        }
    }

    /// <summary>A link has a length of its own.</summary>
    private static FileInfo Target(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? target : file;
    }
}
