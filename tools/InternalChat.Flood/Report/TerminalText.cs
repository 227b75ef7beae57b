namespace InternalChat.Flood.Report;

/// <summary>Text that others wrote, such as a server's reasons, for a terminal.</summary>
internal static class TerminalText
{
    /// <summary>The same with a dot for each character that would steer the terminal.</summary>
    internal static string Plain(string text) => string.Create(text.Length, text, static (plain, original) =>
    {
        for (var i = 0; i < plain.Length; i++)
            plain[i] = char.IsControl(original[i]) ? '·' : original[i];
    });
}
