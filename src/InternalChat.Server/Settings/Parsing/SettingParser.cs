using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using InternalChat.Engine.Options;

namespace InternalChat.Server.Settings.Parsing;

/// <summary>The kinds of values that settings have. Every method throws <see cref="SettingException"/> for what it cannot take.</summary>
internal static class SettingParser
{
    private const int MostUnits = 1_000_000;

    private static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(36_500);

    /// <summary>All addresses of this host, which may have no IPv6.</summary>
    private static IPAddress All => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    public static string Text(SettingText value) => value.Text is { Length: > 0 } text ? text : throw value.Wrong("a text");

    /// <summary>Null where nobody says anything.</summary>
    public static string? OptionalText(SettingText value) => value.Text is null ? null : Text(value);

    /// <summary>The values of a list, each with the list's source; none where nobody says anything.</summary>
    public static IReadOnlyList<SettingText> Words(SettingText value)
    {
        if (value.Text is null)
            return [];
        var words = value.Text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is [] ? throw value.Wrong("a list") : [.. words.Select(word => value with { Text = word })];
    }

    public static Func<SettingText, int> Number(int minimum, int maximum) => value =>
        TryNumber(value.Text, minimum, maximum, out var number) ? number : throw value.Wrong($"a number from {minimum} to {maximum}");

    /// <summary>A number, or a word that stands for another one.</summary>
    public static Func<SettingText, int> NumberOr(string word, Func<int> meaning, int minimum, int maximum) => value =>
        value.Text == word ? meaning()
        : TryNumber(value.Text, minimum, maximum, out var number) ? number
        : throw value.Wrong($"{word} or a number from {minimum} to {maximum}");

    /// <summary>A number; null for auto.</summary>
    public static Func<SettingText, int?> NumberOrAuto(int minimum, int maximum) => value =>
        value.Text == "auto" ? null
        : TryNumber(value.Text, minimum, maximum, out var number) ? number
        : throw value.Wrong($"auto or a number from {minimum} to {maximum}");

    public static TEnum Word<TEnum>(SettingText value)
        where TEnum : struct, Enum
    {
        foreach (var word in Enum.GetValues<TEnum>())
        {
            if (string.Equals(word.ToString(), value.Text, StringComparison.OrdinalIgnoreCase))
                return word;
        }

        throw value.Wrong("one of " + string.Join(", ", Enum.GetNames<TEnum>()).ToLowerInvariant());
    }

    public static TimeSpan Time(SettingText value) =>
        TryTime(value.Text, ShortestTime, LongestTime, out var time) ? time : throw value.Wrong("a time such as 500ms, 10s, 2m or 1h");

    public static TimeSpan TimeOrZero(SettingText value) =>
        TryTime(value.Text, TimeSpan.Zero, LongestTime, out var time) ? time : throw value.Wrong("a time such as 0s, 500ms, 10s, 2m or 1h");

    /// <summary>How long something goes on that may do so for years.</summary>
    public static TimeSpan LongTime(SettingText value) =>
        TryTime(value.Text, TimeSpan.FromSeconds(1), LongestAge, out var time)
            ? time
            : throw value.Wrong("a time such as 90s, 10m, 1h or 30d");

    /// <summary>How old something may become; null for any age. What is younger than an hour is rather a slip: 90s for 90d.</summary>
    public static TimeSpan? AgeOrOff(SettingText value)
    {
        if (value.Text == "off")
            return null;
        return TryTime(value.Text, ShortestAge, LongestAge, out var age)
            ? age
            : throw value.Wrong("off or a time from 1h to 36500d, such as 12h or 90d");
    }

    /// <summary>So many bytes, with a binary unit; null for auto.</summary>
    public static long? SizeOrAuto(SettingText value)
    {
        if (value.Text == "auto")
            return null;
        var text = value.Text ?? "";
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        long unit = text[digits..] switch
        {
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            "TiB" => 1L << 40,
            _ => 0,
        };
        return unit > 0 && TryNumber(text[..digits], 1, MostUnits, out var number)
            ? number * unit
            : throw value.Wrong("auto or a size such as 512MiB, 5GiB or 1TiB");
    }

    public static RateLimit? Rate(SettingText value)
    {
        if (value.Text == "off")
            return null;
        return TryRate(value.Text, 10_000, out var messages, out var time)
            ? new RateLimit(messages, time)
            : throw value.Wrong("off or a rate such as 20/10s, from 1 to 10000 messages");
    }

    public static ReadingLimit? Reading(SettingText value)
    {
        if (value.Text == "off")
            return null;
        return TryRate(value.Text, MostUnits, out var lines, out var time)
            ? new ReadingLimit(lines, time)
            : throw value.Wrong("off or a limit such as 15000/1m, from 1 to 1000000 lines");
    }

    public static FailureLimit Failures(SettingText value) => TryRate(value.Text, MostUnits, out var failures, out var time)
        ? new FailureLimit(failures, time)
        : throw value.Wrong("a limit such as 10/10m, from 1 to 1000000 failures");

    /// <summary>Null for any number.</summary>
    public static RegistrationLimit? Registrations(SettingText value)
    {
        if (value.Text == "off")
            return null;
        return TryRate(value.Text, MostUnits, out var accounts, out var time)
            ? new RegistrationLimit(accounts, time)
            : throw value.Wrong("off or a limit such as 100/1h, from 1 to 1000000 accounts");
    }

    public static IPAddress Address(SettingText value)
    {
        if (value.Text == "*")
            return All;
        if (IPAddress.TryParse(value.Text, out var address))
            return address;
        try
        {
            return Dns.GetHostAddresses(value.Text ?? "").OrderBy(static found => found.AddressFamily).First();
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException or InvalidOperationException)
        {
            throw value.Wrong("an address or the name of this host");
        }
    }

    public static UnixFileMode FileMode(SettingText value)
    {
        if (value.Text is not { Length: 3 or 4 } text
            || text.AsSpan().ContainsAnyExceptInRange('0', '7')
            || (text.Length == 4 && text[0] != '0'))
            throw value.Wrong("a mode in octal, such as 0660");
        return (UnixFileMode)Convert.ToInt32(text, 8);
    }

    public static SslProtocols TlsVersions(SettingText value) => value.Text switch
    {
        "1.2" => SslProtocols.Tls12 | SslProtocols.Tls13,
        "1.3" => SslProtocols.Tls13,
        _ => throw value.Wrong("1.2 or 1.3"),
    };

    /// <summary>An address with its port; null for off.</summary>
    public static IPEndPoint? EndpointOrOff(SettingText value)
    {
        if (value.Text == "off")
            return null;
        var text = value.Text ?? "";
        var colon = text.LastIndexOf(':');
        return colon > 0 && TryNumber(text[(colon + 1)..], 0, IPEndPoint.MaxPort, out var port) && HostPart(text[..colon]) is { } address
            ? new IPEndPoint(address, port)
            : throw value.Wrong("off or an address with its port, such as 127.0.0.1:9090 or [::1]:9090");
    }

    private static IPAddress? HostPart(string text)
    {
        if (text == "*")
            return All;
        var isBracketed = text.StartsWith('[') && text.EndsWith(']');
        return text.Contains(':') == isBracketed && IPAddress.TryParse(text.Trim('[', ']'), out var address) ? address : null;
    }

    private static bool TryNumber(string? text, int minimum, int maximum, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= minimum && number <= maximum;

    private static bool TryRate(string? text, int maximum, out int number, out TimeSpan time)
    {
        (number, time) = (0, default);
        return text?.Split('/') is [var count, var window]
            && TryNumber(count, 1, maximum, out number)
            && TryTime(window, ShortestTime, LongestTime, out time);
    }

    private static bool TryTime(string? text, TimeSpan minimum, TimeSpan maximum, out TimeSpan time)
    {
        time = default;
        if (string.IsNullOrEmpty(text))
            return false;
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (!TryNumber(text[..digits], 0, int.MaxValue, out var number))
            return false;
        var milliseconds = number * text[digits..] switch
        {
            "ms" => 1.0,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => double.NaN,
        };
        // Before it is a TimeSpan, which has no room for all of them.
        if (!(milliseconds >= minimum.TotalMilliseconds && milliseconds <= maximum.TotalMilliseconds))
            return false;
        time = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}
