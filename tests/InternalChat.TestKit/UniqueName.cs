using System.Globalization;

namespace InternalChat.TestKit;

/// <summary>User names that no other test uses, so that tests may share one server.</summary>
public static class UniqueName
{
    private static int _last;

    /// <summary>The stem and a number, e.g. <c>alice-17</c>; at most 32 bytes for a stem of up to 21 letters.</summary>
    public static string Of(string stem) =>
        string.Create(CultureInfo.InvariantCulture, $"{stem}-{Interlocked.Increment(ref _last)}");

    /// <summary>A password that belongs to this name only, so that finding it in a log proves a leak.</summary>
    public static string PasswordOf(string name) => $"secret-of-{name}-Zq9";
}
