using System.Globalization;

namespace InternalChat.Flood.Measurement;

/// <summary>A time as people write it: <c>500ms</c>, <c>10s</c>, <c>2m</c>, <c>1h</c>; at most a day.</summary>
internal readonly record struct Duration(TimeSpan Value)
{
    private static readonly (string Name, TimeSpan Length)[] Units =
    [
        ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <returns>False where it is no number with a unit, or more than a day.</returns>
    internal static bool TryParse(string text, out Duration duration)
    {
        duration = default;
        var digits = text.TrimEnd("hms".ToCharArray());
        var unit = Array.Find(Units, unit => unit.Name == text[digits.Length..]);
        if (unit.Name is null
            || !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > TimeSpan.TicksPerDay / (decimal)unit.Length.Ticks)
        {
            return false;
        }

        duration = new Duration(TimeSpan.FromTicks((long)(number * unit.Length.Ticks)));
        return true;
    }

    public static implicit operator TimeSpan(Duration duration) => duration.Value;

    /// <summary>In the greatest unit that it is a whole number of, or else in milliseconds; <see cref="TryParse"/> takes it.</summary>
    public override string ToString()
    {
        var ticks = Value.Ticks;
        var unit = ticks == 0 ? Units[^2] : Array.Find(Units, unit => ticks % unit.Length.Ticks == 0);
        return unit.Name is null ? $"{Value.TotalMilliseconds:0.####}ms" : $"{ticks / unit.Length.Ticks}{unit.Name}";
    }
}
