using System.Diagnostics;

namespace InternalChat.BenchRunner.Processes;

/// <summary>Looks at a process once a second: memory and processor, as the system counts them.</summary>
internal sealed class ProcessSampler : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<ProcessSample> _samples = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private TimeSpan _processor;
    private double _lastSeconds;
    private bool _isDisposed;

    internal ProcessSampler(int processId)
    {
        _process = Process.GetProcessById(processId);
        _processor = _process.TotalProcessorTime;
        ResidentBytesBefore = _process.WorkingSet64;
        _loop = SampleAsync();
    }

    internal long ResidentBytesBefore { get; }

    /// <summary>Complete once this is disposed.</summary>
    internal IReadOnlyList<ProcessSample> Samples => _samples;

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
        _process.Dispose();
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                _process.Refresh();
                if (_process.HasExited)
                    return;
                var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
                var processor = _process.TotalProcessorTime;
                var cores = (processor - _processor).TotalSeconds / (seconds - _lastSeconds);
                _samples.Add(new ProcessSample(seconds, cores, _process.WorkingSet64));
                (_lastSeconds, _processor) = (seconds, processor);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
        {
            // Told to stop, or the process ended between two looks.
        }
    }
}

/// <summary>A process at one moment.</summary>
/// <param name="Seconds">Since the sampling began.</param>
/// <param name="Cores">In use on average since the sample before.</param>
/// <param name="ResidentBytes">Resident set size.</param>
internal sealed record ProcessSample(double Seconds, double Cores, long ResidentBytes);
