using System.Text;
using InternalChat.Protocol;

namespace InternalChat.Client;

/// <summary>Between the wire's bytes and text.</summary>
internal static class WireText
{
    /// <summary>Text from the wire; what is not valid UTF-8 becomes U+FFFD.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    internal static DateTimeOffset Time(long unixSeconds)
    {
        // A server with a broken clock must not break its clients.
        var latest = DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        return DateTimeOffset.FromUnixTimeSeconds(Math.Min(unixSeconds, latest));
    }

    /// <summary>Appends the names of <c>INFO online:</c> or <c>INFO known:</c>; what is no name is left out.</summary>
    internal static void AddNames(ReadOnlySpan<byte> joined, List<UserName> names)
    {
        foreach (var range in joined.Split(", "u8))
        {
            if (UserName.TryParse(joined[range], out var name))
                names.Add(name);
        }
    }
}
