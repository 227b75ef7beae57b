using System.Diagnostics;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>How long commands took, by kind.</summary>
internal sealed class Latencies
{
    private readonly Dictionary<string, List<TimeSpan>> _byKind = [];

    public IEnumerable<string> Kinds => _byKind.Keys;

    public void Time(string kind, Action command)
    {
        var begun = Stopwatch.GetTimestamp();
        command();
        if (!_byKind.TryGetValue(kind, out var latencies))
            _byKind[kind] = latencies = [];
        latencies.Add(Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>In milliseconds; not a number for a kind that did not occur.</summary>
    public double Percentile(string kind, int percent)
    {
        if (!_byKind.TryGetValue(kind, out var latencies))
            return double.NaN;
        var sorted = latencies.Order().ToList();
        return sorted[(sorted.Count - 1) * percent / 100].TotalMilliseconds;
    }
}
