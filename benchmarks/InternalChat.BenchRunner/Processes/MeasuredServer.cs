using System.Diagnostics;

namespace InternalChat.BenchRunner.Processes;

/// <summary>A server that is watched from outside, through restarts. One thread.</summary>
internal sealed class MeasuredServer(string program, IReadOnlyList<string> arguments, string logFile, bool hasCounters) : IAsyncDisposable
{
    private ServerProcess? _server;
    private ProcessSampler? _sampler;
    private RuntimeCounters? _counters;

    internal int Id => _server!.Id;

    internal int Port => _server!.Port;

    internal TimeSpan StartTime => _server!.StartTime;

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        _server = await ServerProcess.StartAsync(program, arguments, logFile, cancellationToken);
        // What is seen of a server is its first life; later ones measure the start.
        _sampler ??= new ProcessSampler(_server.Id);
        if (hasCounters)
            _counters ??= RuntimeCounters.Attach(_server.Id);
    }

    /// <returns>From the new process's start until it listened.</returns>
    internal async Task<TimeSpan> RestartAsync(ServerRestart restart, CancellationToken cancellationToken)
    {
        await StopWatchingAsync();
        await (restart == ServerRestart.Kill ? _server!.KillAsync() : _server!.StopAsync());
        await _server.DisposeAsync();
        await StartAsync(cancellationToken);
        return StartTime;
    }

    /// <summary>Ends the server and adds what was seen of it.</summary>
    internal async Task FinishAsync(Dictionary<string, double> numbers, List<ProcessSample> samples)
    {
        await StopWatchingAsync();
        samples.AddRange(_sampler!.Samples);
        if (samples.Count > 0)
        {
            numbers["server.residentBytesBefore"] = _sampler.ResidentBytesBefore;
            numbers["server.residentBytesPeak"] = samples.Max(sample => sample.ResidentBytes);
            numbers["server.residentGrowthBytes"] =
                Median(samples.Select(sample => (double)sample.ResidentBytes)) - _sampler.ResidentBytesBefore;
            numbers["server.medianCores"] = Median(samples.Select(sample => sample.Cores));
        }

        _counters?.AddTo(numbers);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopWatchingAsync();
        }
        finally
        {
            if (_server is not null)
                await _server.DisposeAsync();
        }
    }

    private async Task StopWatchingAsync()
    {
        if (_sampler is not null)
            await _sampler.DisposeAsync();
        if (_counters is not null)
            await _counters.DisposeAsync();
    }

    private static double Median(IEnumerable<double> values) => Statistics.Median([.. values]);
}

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

/// <summary>How a server is ended before it is started again.</summary>
internal enum ServerRestart
{
    /// <summary>SIGTERM, as an operator does.</summary>
    Stop,

    /// <summary>SIGKILL.</summary>
    Kill,
}
