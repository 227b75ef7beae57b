namespace InternalChat.Terminal.Input;

/// <summary>Lines that were entered before, walked with the up and down arrows. The unfinished line waits at the end.</summary>
internal sealed class InputHistory
{
    private const int Capacity = 1_000;

    private readonly List<string> _lines = [];
    private int _position;
    private string _unfinished = "";

    /// <summary>Remembers a line, once where it is entered several times in a row.</summary>
    internal void Add(string line)
    {
        if (line.Length > 0 && (_lines.Count == 0 || _lines[^1] != line))
            _lines.Add(line);
        if (_lines.Count > Capacity)
            _lines.RemoveAt(0);
        _position = _lines.Count;
    }

    /// <summary>The line before; null where there is none.</summary>
    internal string? Previous(string current)
    {
        if (_position == 0)
            return null;
        if (_position == _lines.Count)
            _unfinished = current;
        return _lines[--_position];
    }

    /// <summary>The line after, at last the unfinished one; null where there is none.</summary>
    internal string? Next()
    {
        if (_position == _lines.Count)
            return null;
        return ++_position == _lines.Count ? _unfinished : _lines[_position];
    }
}
