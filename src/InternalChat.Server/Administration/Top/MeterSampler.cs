using System.Diagnostics.Metrics;

namespace InternalChat.Server.Administration.Top;

/// <summary>
/// Reads the server's own instruments between two looks: how far counters went, and what histograms recorded. While one lives, the writer
/// pays a short lock a batch for it; otherwise nothing. Looks come from one thread at a time.
/// </summary>
internal sealed class MeterSampler : IDisposable
{
    // At 16,384 batches a second the percentiles are those of the first ones.
    private const int MaxRecorded = 16_384;

    private static readonly string[] Distinguishing = ["outcome", "state"];

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<double>> _recorded = [];
    private Dictionary<string, double> _before = [];
    private Dictionary<string, double> _now = [];

    public MeterSampler(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
        Look();
    }

    /// <summary>Ends the last moment and begins the next.</summary>
    public MeterMoment Look()
    {
        lock (_gate)
        {
            (_before, _now) = (_now, _before);
            _now.Clear();
        }

        _listener.RecordObservableInstruments();
        lock (_gate)
        {
            var moment = new MeterMoment(
                _now.ToDictionary(static entry => entry.Key, entry => entry.Value - _before.GetValueOrDefault(entry.Key)),
                _recorded.ToDictionary(static entry => entry.Key, static entry => entry.Value.ToArray()));
            foreach (var values in _recorded.Values)
                values.Clear();
            return moment;
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (instrument.IsObservable)
            {
                var series = Series(instrument.Name, tags);
                _now[series] = _now.GetValueOrDefault(series) + value;
                return;
            }

            if (!_recorded.TryGetValue(instrument.Name, out var values))
                _recorded[instrument.Name] = values = [];
            if (values.Count < MaxRecorded)
                values.Add(value);
        }
    }

    private static string Series(string name, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (Distinguishing.Contains(tag.Key))
                return $"{name}/{tag.Value}";
        }

        return name;
    }
}

/// <summary>What the instruments did in a moment.</summary>
/// <param name="Counted">How far each counter went, by its name and, behind a slash, its outcome.</param>
/// <param name="Recorded">The values of each histogram.</param>
internal sealed record MeterMoment(IReadOnlyDictionary<string, double> Counted, IReadOnlyDictionary<string, double[]> Recorded)
{
    private const double MillisecondsPerSecond = 1_000;

    public double Count(string series) => Counted.GetValueOrDefault(series);

    public double[] Values(string histogram) => Recorded.GetValueOrDefault(histogram, []);

    /// <summary>A histogram of seconds.</summary>
    public Percentiles Milliseconds(string histogram)
    {
        var values = Values(histogram);
        if (values.Length == 0)
            return new Percentiles(0, 0, 0);
        Array.Sort(values);
        return new Percentiles(At(0.5), At(0.99), At(1));

        double At(double quantile) => values[(int)Math.Ceiling(quantile * values.Length) - 1] * MillisecondsPerSecond;
    }
}
