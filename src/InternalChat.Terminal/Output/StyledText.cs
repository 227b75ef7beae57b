using Spectre.Console;

namespace InternalChat.Terminal.Output;

/// <summary>One line of text in several styles. Built once, then only read.</summary>
internal sealed class StyledText
{
    private readonly List<(string Text, Style Style)> _spans = [];

    /// <summary>The text without its styles.</summary>
    internal string Plain => string.Concat(_spans.Select(span => span.Text));

    internal StyledText Add(string text, Style? style = null)
    {
        _spans.Add((text, style ?? Style.Plain));
        return this;
    }

    internal StyledText Add(StyledText text)
    {
        _spans.AddRange(text._spans);
        return this;
    }

    internal void WriteTo(AnsiWriter writer)
    {
        foreach (var (text, style) in _spans)
        {
            if (style.Equals(Style.Plain))
                writer.Write(text);
            else
                writer.Write(text, style, null!);
        }
    }
}
