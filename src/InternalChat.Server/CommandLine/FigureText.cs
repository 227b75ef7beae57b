using System.Globalization;

namespace InternalChat.Server.CommandLine;

/// <summary>Figures for people: numbers, sizes, times and durations, the same in every country.</summary>
internal static class FigureText
{
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Time(DateTime? utc) => utc?.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "-";

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
