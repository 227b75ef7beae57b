namespace InternalChat.Flood.Tests;

/// <summary>
/// What a server has said to a load and the load of itself, from its begin on: a test ends the load when it has seen enough, however long
/// that takes on this machine.
/// </summary>
/// <param name="awaited">Each is to be true of a line of its own.</param>
internal sealed class SeenLines(params IEnumerable<Predicate<string>> awaited)
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Predicate<string>> _missing = [.. awaited];
    private volatile bool _hasBegun;

    /// <param name="part">What a line has in it.</param>
    /// <param name="times">In how many lines.</param>
    internal SeenLines(string part, int times = 1)
        : this(Enumerable.Repeat(Having(part), times))
    {
    }

    /// <summary>Completes when all were seen.</summary>
    internal Task All => _all.Task;

    internal static Predicate<string> Having(string part) => line => line.Contains(part, StringComparison.Ordinal);

    /// <summary>The load has begun: what came before was its preparation.</summary>
    internal void Begin() => _hasBegun = true;

    /// <summary>What a proxy makes of the lines of one connection, which are taken note of.</summary>
    /// <param name="tamper">What becomes of them; null for nothing.</param>
    internal Func<string, IEnumerable<string>?> Note(Func<string, IEnumerable<string>?>? tamper = null) => line =>
    {
        Note(line);
        return tamper is null ? [line] : tamper(line);
    };

    internal void Note(string line)
    {
        if (!_hasBegun)
            return;
        lock (_missing)
        {
            if (_missing.FindIndex(isMeant => isMeant(line)) is >= 0 and var seen)
                _missing.RemoveAt(seen);
            if (_missing.Count == 0)
                _all.TrySetResult();
        }
    }
}
