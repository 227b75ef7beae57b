using System.Globalization;

namespace InternalChat.Server.CommandLine.Database;

/// <summary>Sizes and durations for people.</summary>
internal static class DatabaseText
{
    public static string Size(long bytes) => bytes switch
    {
        < 1 << 20 => Size(bytes, 1 << 10, "KiB"),
        < 1 << 30 => Size(bytes, 1 << 20, "MiB"),
        _ => Size(bytes, 1 << 30, "GiB"),
    };

    public static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s");

    private static string Size(long bytes, double unit, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / unit:F1} {name}");
}
