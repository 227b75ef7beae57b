using InternalChat.Protocol;
using Spectre.Console;

namespace InternalChat.Terminal.Output;

/// <summary>The colours, in one place. All can be read on a dark and on a light ground.</summary>
internal static class Palette
{
    internal static readonly Style Dim = new(Color.FromInt32(244));
    internal static readonly Style Good = new(Color.FromInt32(71));
    internal static readonly Style Bad = new(Color.FromInt32(167));
    internal static readonly Style Notice = new(Color.FromInt32(172), decoration: Decoration.Bold);
    internal static readonly Style Command = new(Color.FromInt32(37));

    private static readonly int[] NameColors = [33, 37, 71, 136, 166, 161, 133, 98, 67, 172, 30, 168];
    private static readonly Style[] NameStyles =
        [.. NameColors.Select(color => new Style(Color.FromInt32(color), decoration: Decoration.Bold))];

    /// <summary>The same name has the same colour, today and tomorrow.</summary>
    internal static Style Of(UserName user)
    {
        var hash = 2_166_136_261u;
        foreach (var character in user.ToString())
            hash = (hash ^ character) * 16_777_619u;
        return NameStyles[(hash ^ (hash >> 16)) % NameStyles.Length];
    }
}
