namespace InternalChat.Flood.Tests;

/// <summary>What a server has said to a load: a test ends the load when it has seen enough, however long that takes.</summary>
/// <param name="parts">Each is to be seen in a line; one that is given twice, in two.</param>
internal sealed class SeenLines(params IEnumerable<string> parts)
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _missing = [.. parts];

    /// <summary>Completes when all were seen.</summary>
    internal Task All => _all.Task;

    /// <summary>What a proxy makes of the lines of one connection, which are taken note of.</summary>
    /// <param name="tamper">What becomes of them; null for nothing.</param>
    internal Func<string, IEnumerable<string>?> Note(Func<string, IEnumerable<string>?>? tamper = null) => line =>
    {
        lock (_missing)
        {
            if (_missing.FindIndex(part => line.Contains(part, StringComparison.Ordinal)) is >= 0 and var seen)
                _missing.RemoveAt(seen);
            if (_missing.Count == 0)
                _all.TrySetResult();
        }

        return tamper is null ? [line] : tamper(line);
    };
}
