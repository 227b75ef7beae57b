namespace InternalChat.Terminal.Input;

/// <summary>What a key led to.</summary>
internal enum EditOutcome
{
    /// <summary>The line or the cursor may have changed.</summary>
    Edited,

    /// <summary>The line is finished; <see cref="LineEditor.TakeLine"/> gives it.</summary>
    Submitted,

    /// <summary>Several words fit; <see cref="LineEditor.Candidates"/> has them.</summary>
    Ambiguous,

    /// <summary>Ctrl-C.</summary>
    Interrupted,

    /// <summary>Ctrl-D on an empty line.</summary>
    EndOfInput,

    /// <summary>Ctrl-L.</summary>
    ClearScreen,
}

/// <summary>
/// From keys to the line being typed. Knows no terminal: the renderer shows <see cref="Buffer"/> whenever it likes, which is what lets
/// messages come in above an unfinished line. (RadLine, the editor of Spectre.Console's family, owns the screen from its ReadLine until
/// Enter and has no way to redraw in between.)
/// </summary>
internal sealed class LineEditor(Func<string, int, Completion> complete)
{
    private readonly InputHistory _history = new();

    internal LineBuffer Buffer { get; } = new();

    /// <summary>The words of the last <see cref="EditOutcome.Ambiguous"/>.</summary>
    internal IReadOnlyList<string> Candidates { get; private set; } = [];

    /// <summary>Takes the finished line and begins an empty one.</summary>
    /// <param name="remember">Whether the up arrow brings it back.</param>
    internal string TakeLine(bool remember = true)
    {
        var line = Buffer.Text;
        Buffer.Clear();
        if (remember)
            _history.Add(line);
        return line;
    }

    /// <summary>Inserts typed or pasted text.</summary>
    internal void Insert(string text) => Buffer.Insert(text);

    internal EditOutcome Handle(ConsoleKeyInfo key)
    {
        if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            return HandleControl(key.Key);
        if (key.Modifiers.HasFlag(ConsoleModifiers.Alt))
            return HandleAlt(key.Key);

        switch (key.Key)
        {
            case ConsoleKey.Enter:
                return EditOutcome.Submitted;
            case ConsoleKey.Tab:
                return Complete();
            case ConsoleKey.Backspace:
                Buffer.DeleteLeft();
                break;
            case ConsoleKey.Delete:
                Buffer.DeleteRight();
                break;
            case ConsoleKey.LeftArrow:
                Buffer.MoveLeft();
                break;
            case ConsoleKey.RightArrow:
                Buffer.MoveRight();
                break;
            case ConsoleKey.Home:
                Buffer.MoveHome();
                break;
            case ConsoleKey.End:
                Buffer.MoveEnd();
                break;
            case ConsoleKey.UpArrow:
                Recall(_history.Previous(Buffer.Text));
                break;
            case ConsoleKey.DownArrow:
                Recall(_history.Next());
                break;
        }

        return EditOutcome.Edited;
    }

    private EditOutcome HandleControl(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.C:
                return EditOutcome.Interrupted;
            case ConsoleKey.D when Buffer.IsEmpty:
                return EditOutcome.EndOfInput;
            case ConsoleKey.Enter or ConsoleKey.J:
                return EditOutcome.Submitted;
            case ConsoleKey.L:
                return EditOutcome.ClearScreen;
            case ConsoleKey.I:
                return Complete();
            case ConsoleKey.P:
                Recall(_history.Previous(Buffer.Text));
                break;
            case ConsoleKey.N:
                Recall(_history.Next());
                break;
            default:
                EditWithControl(key);
                break;
        }

        return EditOutcome.Edited;
    }

    private void EditWithControl(ConsoleKey key)
    {
        Action? edit = key switch
        {
            ConsoleKey.A => Buffer.MoveHome,
            ConsoleKey.E => Buffer.MoveEnd,
            ConsoleKey.B => Buffer.MoveLeft,
            ConsoleKey.F => Buffer.MoveRight,
            ConsoleKey.D => Buffer.DeleteRight,
            // Most terminals send DEL for Backspace; those that send BS mean the same key.
            ConsoleKey.H or ConsoleKey.Backspace => Buffer.DeleteLeft,
            ConsoleKey.W => Buffer.KillWordLeft,
            ConsoleKey.U => Buffer.KillToStart,
            ConsoleKey.K => Buffer.KillToEnd,
            ConsoleKey.Y => Buffer.Yank,
            ConsoleKey.LeftArrow => Buffer.MoveWordLeft,
            ConsoleKey.RightArrow => Buffer.MoveWordRight,
            ConsoleKey.Delete => Buffer.KillWordRight,
            ConsoleKey.Home => Buffer.MoveHome,
            ConsoleKey.End => Buffer.MoveEnd,
            _ => null,
        };
        edit?.Invoke();
    }

    private EditOutcome HandleAlt(ConsoleKey key)
    {
        Action? edit = key switch
        {
            ConsoleKey.B or ConsoleKey.LeftArrow => Buffer.MoveWordLeft,
            ConsoleKey.F or ConsoleKey.RightArrow => Buffer.MoveWordRight,
            ConsoleKey.D or ConsoleKey.Delete => Buffer.KillWordRight,
            ConsoleKey.Backspace => Buffer.KillPartLeft,
            _ => null,
        };
        edit?.Invoke();
        return EditOutcome.Edited;
    }

    private void Recall(string? line)
    {
        if (line is not null)
            Buffer.Set(line);
    }

    private EditOutcome Complete()
    {
        var completion = complete(Buffer.Text, Buffer.Cursor);
        var typed = Buffer.Text[completion.Start..Buffer.Cursor];
        if (completion.Replacement(typed) is { } replacement)
        {
            Buffer.ReplaceBeforeCursor(completion.Start, replacement);
            return EditOutcome.Edited;
        }

        Candidates = completion.Candidates;
        return Candidates.Count > 1 ? EditOutcome.Ambiguous : EditOutcome.Edited;
    }
}
