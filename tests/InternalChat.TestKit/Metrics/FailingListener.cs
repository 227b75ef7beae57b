using System.Diagnostics.Metrics;

namespace InternalChat.TestKit.Metrics;

/// <summary>Listens to every histogram of a meter and throws at each measurement, as a listener of anybody's may.</summary>
public sealed class FailingListener : IDisposable
{
    private readonly MeterListener _listener;
    private int _failures;

    public FailingListener()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == Meter && !instrument.IsObservable)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<int>((_, _, _, _) => Fail());
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => Fail());
        _listener.Start();
    }

    public Meter Meter { get; } = new("test");

    /// <summary>How often it has thrown.</summary>
    public int Failures => Volatile.Read(ref _failures);

    public void Dispose()
    {
        _listener.Dispose();
        Meter.Dispose();
    }

    private void Fail()
    {
        Interlocked.Increment(ref _failures);
        throw new InvalidOperationException("A listener of metrics fails.");
    }
}
