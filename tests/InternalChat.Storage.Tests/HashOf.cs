using System.Security.Cryptography;

namespace InternalChat.Storage.Tests;

/// <summary>Whether a file, or a whole folder, is as it was.</summary>
internal static class HashOf
{
    public static string File(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return Convert.ToHexString(SHA256.HashData(file));
    }

    public static string[] Folder(string path) =>
        [.. Directory.GetFiles(path).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {File(file)}")];
}
