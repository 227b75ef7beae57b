using System.Globalization;
using System.Text;

namespace InternalChat.Terminal.Output;

/// <summary>
/// Makes text from others harmless on a terminal: what could move the cursor, change its state, reverse or hide text, is shown as a
/// visible sign. Escape becomes ␛, a bidi override <c>‹U+202E›</c>. What remains is printable and of a width that can be told.
/// </summary>
internal static class TextSanitizer
{
    /// <summary>Marks on one base; stacks of more reach into the lines above and below.</summary>
    private const int MostMarks = 8;

    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>The text with everything harmful made visible; the same instance where there is nothing.</summary>
    internal static string Clean(string text)
    {
        if (IsPlainAscii(text))
            return text;

        var clean = new StringBuilder(text.Length + 16);
        var marks = 0;
        Rune? previous = null;
        var remaining = text.AsSpan();
        while (!remaining.IsEmpty)
        {
            // A lone surrogate decodes as U+FFFD.
            Rune.DecodeFromUtf16(remaining, out var rune, out var consumed);
            remaining = remaining[consumed..];
            if (IsMark(rune))
            {
                AppendMark(clean, rune, ref marks);
                continue;
            }

            marks = 0;
            if (rune.Value == ZeroWidthJoiner && JoinsPictographs(previous, remaining))
                clean.Append(rune);
            else
                AppendVisible(clean, rune);
            previous = rune;
        }

        return clean.ToString();
    }

    private static bool IsPlainAscii(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;

    private static void AppendMark(StringBuilder clean, Rune mark, ref int marks)
    {
        // A mark without a base would join whatever was printed before the text.
        if (clean.Length == 0)
            clean.Append('\u25CC');
        if (++marks <= MostMarks)
            clean.Append(mark);
    }

    private static bool JoinsPictographs(Rune? before, ReadOnlySpan<char> after) =>
        before is { } left && IsPictograph(left) && Rune.DecodeFromUtf16(after, out var right, out _) == System.Buffers.OperationStatus.Done
        && IsPictograph(right);

    private static bool IsPictograph(Rune rune) =>
        rune.Value is >= 0x1F3FB and <= 0x1F3FF || Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherSymbol;

    private static void AppendVisible(StringBuilder clean, Rune rune)
    {
        switch (rune.Value)
        {
            case '\t':
                clean.Append("    ");
                break;
            case < 0x20:
                clean.Append((char)(0x2400 + rune.Value));
                break;
            case 0x7F:
                clean.Append('\u2421');
                break;
            default:
                if (IsVisible(rune))
                    clean.Append(rune);
                else
                    clean.Append(CultureInfo.InvariantCulture, $"‹U+{rune.Value:X4}›");
                break;
        }
    }

    private static bool IsVisible(Rune rune) => !IsBlankLetter(rune.Value) && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    /// <summary>Letters that look like nothing at all: the Hangul fillers, and the blank Braille pattern.</summary>
    private static bool IsBlankLetter(int value) => value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800;
}
