using System.Security.Cryptography;
using System.Text;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>What is in files: whether they are as they were, and whether a text is somewhere in them.</summary>
internal static class FileBytes
{
    public static string HashOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    public static int Occurrences(string path, string text)
    {
        if (!System.IO.File.Exists(path))
            return 0;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var count = 0;
        var sought = Encoding.UTF8.GetBytes(text);
        var rest = bytes.AsSpan();
        for (int at; (at = rest.IndexOf(sought)) >= 0; count++)
            rest = rest[(at + 1)..];
        return count;
    }

    public static string[] HashesOf(string path) =>
        [.. Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {HashOf(file)}")];
}
