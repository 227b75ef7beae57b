using System.Text;

namespace InternalChat.Terminal.Input;

/// <summary>Where keys come from.</summary>
internal interface IKeySource
{
    /// <summary>Whether <see cref="Read"/> returns at once.</summary>
    bool Available { get; }

    /// <summary>Waits for a key.</summary>
    ConsoleKeyInfo Read();
}

/// <summary>The console's keys. <see cref="Console.ReadKey(bool)"/> keeps the terminal raw and silent, and undoes that at exit.</summary>
internal sealed class ConsoleKeys : IKeySource
{
    public bool Available => Console.KeyAvailable;

    /// <summary>
    /// Makes the terminal raw and silent now, and not at the first <see cref="Read"/>: what is typed in between, a password maybe,
    /// would be shown. Ctrl-C becomes a key.
    /// </summary>
    internal static void Begin()
    {
        Console.TreatControlCAsInput = true;
        // Looking for a key switches the modes, and reading one leaves them switched.
        _ = Console.KeyAvailable;
    }

    internal static void End() => Console.TreatControlCAsInput = false;

    public ConsoleKeyInfo Read() => Console.ReadKey(intercept: true);
}

/// <summary>What the keyboard or the clipboard gave: a key with a meaning, or text.</summary>
/// <param name="Text">Text to insert; null for a key.</param>
/// <param name="Key">The key; default for text.</param>
internal readonly record struct TypedInput(string? Text, ConsoleKeyInfo Key);

/// <summary>
/// Joins keys to what they mean: characters that are there at once (a fast typist, an emoji's two halves) become one text, and what
/// the terminal puts between the bracketed-paste marks becomes one text whatever is in it. Not thread-safe; one thread reads.
/// </summary>
internal sealed class KeyDecoder(IKeySource keys)
{
    internal const string PasteOn = "\e[?2004h";
    internal const string PasteOff = "\e[?2004l";

    private const int LongestSequence = 16;
    private const int LongestPaste = 65_536;
    private const string PasteBegins = "[200~";
    private const string PasteEnds = "\e[201~";

    private ConsoleKeyInfo? _pushedBack;

    /// <summary>Waits for the next input.</summary>
    internal TypedInput Read()
    {
        while (true)
        {
            var key = Next();
            if (key.Key == ConsoleKey.Escape)
            {
                // A lone Escape means nothing here. A sequence that the runtime does not know is a paste mark or nothing either.
                if (keys.Available && ReadSequence() == PasteBegins)
                    return new TypedInput(ReadPaste(), default);
            }
            else if (IsText(key))
            {
                return new TypedInput(ReadText(key), default);
            }
            else
            {
                return new TypedInput(null, key);
            }
        }
    }

    private static bool IsText(ConsoleKeyInfo key) =>
        !char.IsControl(key.KeyChar) && (key.Modifiers & (ConsoleModifiers.Control | ConsoleModifiers.Alt)) == 0;

    private ConsoleKeyInfo Next()
    {
        if (_pushedBack is not { } key)
            return keys.Read();
        _pushedBack = null;
        return key;
    }

    private string ReadText(ConsoleKeyInfo first)
    {
        var text = new StringBuilder().Append(first.KeyChar);
        while (char.IsHighSurrogate(text[^1]) || keys.Available)
        {
            var key = keys.Read();
            if (!IsText(key))
            {
                _pushedBack = key;
                break;
            }

            text.Append(key.KeyChar);
        }

        return text.ToString();
    }

    private string ReadSequence()
    {
        var sequence = new StringBuilder();
        do
        {
            var key = keys.Read();
            sequence.Append(key.KeyChar);
            if (sequence[0] != '[')
            {
                _pushedBack = key;
                return "";
            }
        }
        while (keys.Available && sequence.Length < LongestSequence && (sequence.Length == 1 || sequence[^1] is < '@' or > '~'));
        return sequence.ToString();
    }

    private string ReadPaste()
    {
        var text = new StringBuilder();
        while (true)
        {
            text.Append(keys.Read().KeyChar);
            if (text[^1] != '~' || !text.ToString(Math.Max(0, text.Length - PasteEnds.Length), Math.Min(text.Length, PasteEnds.Length))
                    .EndsWith(PasteEnds, StringComparison.Ordinal))
                continue;
            text.Length -= PasteEnds.Length;
            return text.ToString(0, Math.Min(text.Length, LongestPaste)).Replace('\r', '\n');
        }
    }
}
