using System.Globalization;
using Spectre.Console;

namespace InternalChat.Terminal.Output;

/// <summary>A line of the transcript that may be changed while it is on the screen.</summary>
/// <param name="Row">The line's first row, counted from where the program started.</param>
/// <param name="Generation">Which width of the screen the row was counted with.</param>
internal readonly record struct ScreenLine(long Row, int Generation);

/// <summary>
/// The terminal: a transcript that grows upwards, and below it the prompt with the line being typed. Each call ends in one write, so
/// that neither tears the other. Uses the normal screen with relative movements only: what was said stays in the scroll-back.
/// </summary>
/// <remarks>
/// Rows are counted from where the program started; where that is on the screen is not known and need not be: the lowest row ever
/// touched is on the screen, so every row less than a screen's height above it is too.
/// </remarks>
internal sealed class Screen
{
    private readonly TextWriter _output;
    private readonly AnsiCapabilities _capabilities;
    private readonly Func<(int Columns, int Rows)> _measure;

    private (int Columns, int Rows) _size;
    private int _generation;
    private long _top;
    private long _lowest;
    private StyledText _prompt = new();
    private string _text = "";
    private int _cursor;
    private PromptLayout _shown = new([""], 0, 0, true);

    internal Screen(TextWriter output, AnsiCapabilities capabilities, Func<(int Columns, int Rows)> measure)
    {
        _output = output;
        _capabilities = capabilities;
        _measure = measure;
        _size = Measure();
    }

    /// <summary>Appends a line to the transcript, above the prompt.</summary>
    internal ScreenLine Print(StyledText line)
    {
        var row = _top;
        Write(writer =>
        {
            ErasePrompt(writer);
            Append(writer, line);
            DrawPrompt(writer);
        });
        return new ScreenLine(row, _generation);
    }

    /// <summary>Overwrites part of a line's first row, where it is still on the screen.</summary>
    /// <returns>False where it is not any more.</returns>
    internal bool TryPatch(ScreenLine line, int column, StyledText text)
    {
        if (line.Generation != _generation || line.Row <= _lowest - _size.Rows)
            return false;
        var up = (int)(_top + _shown.CursorRow - line.Row);
        Write(writer =>
        {
            writer.CursorUp(up).Write("\r");
            Right(writer, column);
            text.WriteTo(writer);
            writer.CursorDown(up).Write("\r");
            Right(writer, _shown.CursorColumn);
        });
        return true;
    }

    /// <summary>Shows the prompt and the line being typed.</summary>
    internal void ShowPrompt(StyledText prompt, string text, int cursor)
    {
        _prompt = prompt;
        _text = text;
        _cursor = cursor;
        Write(writer =>
        {
            ErasePrompt(writer);
            DrawPrompt(writer);
        });
    }

    /// <summary>The window has another size now: everything is laid out anew, and old rows cannot be found any more.</summary>
    internal void Resize()
    {
        var size = Measure();
        if (size == _size)
            return;
        _size = size;
        // The terminal has wrapped the rows that were wider than it is now.
        var above = _shown.CursorColumn / size.Columns;
        for (var i = 0; i < _shown.CursorRow; i++)
            above += CellWidth.RowsOf(RowText(i), size.Columns);
        Write(writer =>
        {
            MoveUp(writer, above);
            writer.Write("\r").EraseInDisplay(0);
            StartCounting();
            DrawPrompt(writer);
        });
    }

    /// <summary>Empties the screen and keeps the line being typed.</summary>
    internal void Clear() => Write(writer =>
    {
        writer.EraseInDisplay(2).CursorHome();
        StartCounting();
        DrawPrompt(writer);
    });

    /// <summary>Takes the prompt away and leaves the cursor where the shell goes on.</summary>
    internal void Close() => Write(ErasePrompt);

    private void StartCounting()
    {
        _generation++;
        _top = 0;
        _lowest = 0;
    }

    private (int Columns, int Rows) Measure()
    {
        var (columns, rows) = _measure();
        return (columns > 1 ? columns : 80, rows > 0 ? rows : 24);
    }

    private void Append(AnsiWriter writer, StyledText line)
    {
        line.WriteTo(writer);
        writer.Write("\r\n");
        _top += CellWidth.RowsOf(line.Plain, _size.Columns);
    }

    private void ErasePrompt(AnsiWriter writer)
    {
        MoveUp(writer, _shown.CursorRow);
        writer.Write("\r").EraseInDisplay(0);
        _shown = new PromptLayout([""], 0, 0, true);
    }

    private void DrawPrompt(AnsiWriter writer)
    {
        var prompt = CellWidth.Of(_prompt.Plain) < _size.Columns ? _prompt : new StyledText();
        _shown = PromptLayout.Of(CellWidth.Of(prompt.Plain), _text, _cursor, _size.Columns, Math.Max(1, _size.Rows - 1));
        if (_shown.ShowsPrompt)
            prompt.WriteTo(writer);
        writer.Write(string.Join("\r\n", _shown.Rows));
        MoveUp(writer, _shown.Rows.Count - 1 - _shown.CursorRow);
        writer.Write("\r");
        Right(writer, _shown.CursorColumn);
        _lowest = Math.Max(_lowest, _top + _shown.Rows.Count - 1);
    }

    private string RowText(int row) => row == 0 && _shown.ShowsPrompt ? _prompt.Plain + _shown.Rows[0] : _shown.Rows[row];

    private static void MoveUp(AnsiWriter writer, int rows)
    {
        if (rows > 0)
            writer.CursorUp(rows);
    }

    private static void Right(AnsiWriter writer, int cells)
    {
        if (cells > 0)
            writer.CursorRight(cells);
    }

    private void Write(Action<AnsiWriter> draw)
    {
        using var frame = new StringWriter(CultureInfo.InvariantCulture);
        draw(new AnsiWriter(frame, _capabilities));
        _output.Write(frame.ToString());
        _output.Flush();
    }
}
