using System.Globalization;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>Names of files that are kept, with the moment at which they were.</summary>
internal static class StampedName
{
    /// <summary>
    /// The first name of its kind that no file has: <c>{prefix}20260131T235959Z{suffix}</c>, or with <c>-2</c> and so on before the suffix.
    /// </summary>
    public static string Free(string prefix, string suffix, TimeProvider time)
    {
        var stamped = prefix + time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var name = stamped + suffix;
        for (var copy = 2; File.Exists(name); copy++)
            name = string.Create(CultureInfo.InvariantCulture, $"{stamped}-{copy}{suffix}");
        return name;
    }
}
