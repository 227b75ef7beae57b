using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace InternalChat.TestKit.Metrics;

/// <summary>A meter of a test's own and what its instruments have shown. Disposing it ends both. Safe for use by many threads.</summary>
public sealed class MeterReadings : IDisposable
{
    private readonly MeterListener _listener;
    private readonly ConcurrentDictionary<string, double> _observed = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> _recorded = new();

    public MeterReadings()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == Meter)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Accept(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Accept(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Accept(instrument, value, tags));
        _listener.Start();
    }

    public Meter Meter { get; } = new("test");

    /// <summary>
    /// What an observable instrument shows now, such as <c>messages{outcome=queued}</c>; null where it shows no such thing.
    /// </summary>
    public double? Observe(string series)
    {
        _observed.Clear();
        _listener.RecordObservableInstruments();
        return _observed.TryGetValue(series, out var value) ? value : null;
    }

    /// <summary>Every series of an observable instrument that is not zero, as <c>{tags} value</c>, in order.</summary>
    public IReadOnlyList<string> ObserveAll(string instrument)
    {
        _observed.Clear();
        _listener.RecordObservableInstruments();
        return
        [
            .. _observed.Where(series => series.Value != 0 && series.Key.Split('{')[0] == instrument)
                .Select(series => $"{series.Key[instrument.Length..]} {series.Value}").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>What was recorded under a series of a histogram so far.</summary>
    public IReadOnlyList<double> Recorded(string series) => _recorded.TryGetValue(series, out var values) ? [.. values] : [];

    public void Dispose()
    {
        _listener.Dispose();
        Meter.Dispose();
    }

    private void Accept(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Series(instrument, tags);
        if (instrument.IsObservable)
            _observed[series] = value;
        else
            _recorded.GetOrAdd(series, static _ => new()).Enqueue(value);
    }

    private static string Series(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return instrument.Name;
        var texts = tags.ToArray().OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $"{tag.Key}={tag.Value}");
        return $"{instrument.Name}{{{string.Join(',', texts)}}}";
    }
}
