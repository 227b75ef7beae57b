using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios.Sessions;

/// <summary>PONGs of all idle clients: they are few, so one counter does. Any thread.</summary>
internal sealed class PongCounter : ICounterSource
{
    private long _pongs;

    internal void Add() => Interlocked.Increment(ref _pongs);

    public void AddTo(CounterTotals totals) => totals.Add(Counter.Pongs, Volatile.Read(ref _pongs));
}
