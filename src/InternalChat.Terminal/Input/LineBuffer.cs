using System.Globalization;

namespace InternalChat.Terminal.Input;

/// <summary>
/// The line being typed: text and a cursor that always stands between grapheme clusters. A pure model without keys or a screen. Holds
/// no control characters: line ends and tabs of what is inserted become spaces, others are dropped.
/// </summary>
internal sealed class LineBuffer
{
    private string _killed = "";

    internal string Text { get; private set; } = "";

    /// <summary>Where the cursor is: UTF-16 code units before it.</summary>
    internal int Cursor { get; private set; }

    internal bool IsEmpty => Text.Length == 0;

    internal void Set(string text) => Set(text, text.Length);

    internal void Set(string text, int cursor)
    {
        Text = text;
        Cursor = Math.Clamp(cursor, 0, text.Length);
    }

    internal void Clear() => Set("");

    internal void Insert(string text)
    {
        var typed = WithoutControls(text);
        Set(Text.Insert(Cursor, typed), Cursor + typed.Length);
        // A mark that was typed after its base has joined it.
        Cursor = NextBoundaryFrom(Cursor);
    }

    /// <summary>Puts <paramref name="text"/> in place of what is between <paramref name="start"/> and the cursor.</summary>
    internal void ReplaceBeforeCursor(int start, string text) =>
        Set(string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(Cursor)), start + text.Length);

    internal void MoveLeft() => Cursor = Before(Cursor);

    internal void MoveRight() => Cursor = After(Cursor);

    internal void MoveHome() => Cursor = 0;

    internal void MoveEnd() => Cursor = Text.Length;

    internal void MoveWordLeft() => Cursor = WordStartBefore(Cursor);

    internal void MoveWordRight() => Cursor = WordEndAfter(Cursor);

    internal void DeleteLeft() => Remove(Before(Cursor), Cursor);

    internal void DeleteRight() => Remove(Cursor, After(Cursor));

    internal void KillToEnd() => Kill(Cursor, Text.Length);

    internal void KillToStart() => Kill(0, Cursor);

    internal void KillWordLeft() => Kill(BlankStartBefore(Cursor), Cursor);

    internal void KillPartLeft() => Kill(WordStartBefore(Cursor), Cursor);

    internal void KillWordRight() => Kill(Cursor, WordEndAfter(Cursor));

    /// <summary>Puts back what was killed last.</summary>
    internal void Yank() => Insert(_killed);

    private void Kill(int start, int end)
    {
        if (end > start)
            _killed = Text[start..end];
        Remove(start, end);
    }

    private void Remove(int start, int end) => Set(Text.Remove(start, end - start), start);

    private int Before(int position)
    {
        var boundary = 0;
        for (var next = 0; next < position; next += StringInfo.GetNextTextElementLength(Text.AsSpan(next)))
            boundary = next;
        return boundary;
    }

    private int After(int position) =>
        position >= Text.Length ? Text.Length : position + StringInfo.GetNextTextElementLength(Text.AsSpan(position));

    private int NextBoundaryFrom(int position)
    {
        var boundary = 0;
        while (boundary < position)
            boundary += StringInfo.GetNextTextElementLength(Text.AsSpan(boundary));
        return boundary;
    }

    private int WordStartBefore(int position)
    {
        while (position > 0 && !IsWord(Before(position)))
            position = Before(position);
        while (position > 0 && IsWord(Before(position)))
            position = Before(position);
        return position;
    }

    private int BlankStartBefore(int position)
    {
        while (position > 0 && Text[position - 1] == ' ')
            position--;
        while (position > 0 && Text[position - 1] != ' ')
            position--;
        return position;
    }

    private int WordEndAfter(int position)
    {
        while (position < Text.Length && !IsWord(position))
            position = After(position);
        while (position < Text.Length && IsWord(position))
            position = After(position);
        return position;
    }

    private bool IsWord(int position) => char.IsLetterOrDigit(Text[position]) || char.IsSurrogate(Text[position]);

    private static string WithoutControls(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var visible = text.ReplaceLineEndings(" ").Select(character => character == '\t' ? ' ' : character);
        return new string([.. visible.Where(character => !char.IsControl(character))]);
    }
}
