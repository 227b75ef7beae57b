using System.Globalization;
using System.Text.RegularExpressions;

namespace InternalChat.TestKit.Metrics;

/// <summary>
/// An answer in Prometheus' text format 0.0.4, read as its description demands: throws <see cref="FormatException"/>, with the line,
/// where a scraper would refuse it or a person be misled.
/// </summary>
public sealed partial class PrometheusText
{
    private readonly Dictionary<string, double> _samples = [];
    private readonly Dictionary<string, string> _types = [];
    private readonly HashSet<string> _described = [];
    private readonly HashSet<string> _closed = [];
    private string _family = "";

    private PrometheusText()
    {
    }

    /// <summary>The names of the metrics, without the suffixes of a histogram's series.</summary>
    public IReadOnlyCollection<string> Families => _types.Keys;

    /// <summary>Every series with its value, as it stands in the text but for empty braces.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    /// <summary>The value of a series such as <c>messages_total{outcome="queued"}</c>; throws where there is none.</summary>
    public double this[string series] =>
        _samples.TryGetValue(series, out var value) ? value : throw new KeyNotFoundException($"There is no series {series}.");

    public static PrometheusText Parse(string text)
    {
        if (!text.EndsWith('\n'))
            throw new FormatException("The last line has no end.");
        var parsed = new PrometheusText();
        foreach (var line in text[..^1].Split('\n'))
            parsed.ParseLine(line);
        foreach (var histogram in parsed._types.Where(static type => type.Value == "histogram"))
            parsed.CheckHistogram(histogram.Key);
        return parsed;
    }

    private void ParseLine(string line)
    {
        if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            BeginFamily(line);
        else if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            Describe(line);
        else if (Sample().Match(line) is { Success: true } sample)
            Add(line, sample);
        else
            throw new FormatException($"This is no line of the format: '{line}'");
    }

    private void BeginFamily(string line)
    {
        var words = line.Split(' ');
        if (words.Length != 4 || words[3] is not ("counter" or "gauge" or "histogram" or "untyped"))
            throw new FormatException($"This is no type: '{line}'");
        Enter(words[2], line);
        if (!_types.TryAdd(words[2], words[3]))
            throw new FormatException($"The type is said twice: '{line}'");
    }

    private void Describe(string line)
    {
        var words = line.Split(' ', 4);
        if (words.Length != 4 || words[3].Length == 0)
            throw new FormatException($"This says nothing: '{line}'");
        Enter(words[2], line);
        if (!_described.Add(words[2]))
            throw new FormatException($"The help stands there twice: '{line}'");
    }

    /// <summary>All lines of a metric stand together.</summary>
    private void Enter(string family, string line)
    {
        if (family == _family)
            return;
        _closed.Add(_family);
        _family = family;
        if (_closed.Contains(family))
            throw new FormatException($"The metric was left and comes again: '{line}'");
    }

    private void Add(string line, Match sample)
    {
        var name = sample.Groups["name"].Value;
        var family = _types.ContainsKey(name) ? name : HistogramSuffix().Replace(name, "");
        if (family != _family || !_types.TryGetValue(family, out var type) || !_described.Contains(family))
            throw new FormatException($"TYPE and HELP do not stand before the sample: '{line}'");
        if (type == "histogram" == (family == name))
            throw new FormatException($"The name does not fit a {type}: '{line}'");
        if (type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal))
            throw new FormatException($"A counter is a total: '{line}'");
        var labels = sample.Groups["label"].Captures.Select(static label => label.Value).ToList();
        if (labels.Distinct().Count() != labels.Count)
            throw new FormatException($"A label stands there twice: '{line}'");
        if (!double.TryParse(sample.Groups["value"].Value.Replace("+Inf", "∞", StringComparison.Ordinal),
            NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            throw new FormatException($"This is no number: '{line}'");
        if (!_samples.TryAdd(name + (labels.Count == 0 ? "" : sample.Groups["labels"].Value), value))
            throw new FormatException($"The series stands there twice: '{line}'");
    }

    /// <summary>Buckets only grow, end with +Inf, and +Inf is the count.</summary>
    private void CheckHistogram(string family)
    {
        var buckets = _samples.Where(sample => sample.Key.StartsWith(family + "_bucket{", StringComparison.Ordinal))
            .Select(sample => (Others: Bound().Replace(sample.Key, ""), Bound: Bound().Match(sample.Key).Groups[1].Value, sample.Value))
            .GroupBy(static bucket => bucket.Others);
        foreach (var series in buckets)
        {
            var counts = series.Select(static bucket => bucket.Value).ToList();
            if (!counts.SequenceEqual(counts.Order()) || series.Last().Bound != "+Inf")
                throw new FormatException($"The buckets of {series.Key} do not add up.");
            var others = series.Key[(family.Length + "_bucket".Length)..].Replace(",}", "}", StringComparison.Ordinal);
            var rest = others == "{}" ? "" : others;
            if (this[$"{family}_count{rest}"] != counts[^1] || double.IsNaN(this[$"{family}_sum{rest}"]))
                throw new FormatException($"The count of {series.Key} is not that of its last bucket.");
        }
    }

    [GeneratedRegex("""
        ^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{((?<label>[a-zA-Z_][a-zA-Z0-9_]*)="([^"\\\n]|\\["\\n])*",?)*\})? (?<value>\S+)$
        """, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Sample();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();

    [GeneratedRegex("le=\"([^\"]*)\",?")]
    private static partial Regex Bound();
}
