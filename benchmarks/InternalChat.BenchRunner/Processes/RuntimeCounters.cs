using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace InternalChat.BenchRunner.Processes;

/// <summary>The runtime's own counters of another .NET process, once a second, as <c>dotnet-counters</c> reads them.</summary>
internal sealed class RuntimeCounters : IAsyncDisposable
{
    // At both ends of a load clients come and go; what is asked for is the state between.
    private const int IntervalsOfStart = 6;
    private const int IntervalsOfEnd = 2;

    private readonly EventPipeSession _session;
    private readonly Task _reading;
    private readonly Dictionary<string, List<double>> _increments = new(StringComparer.Ordinal);
    private bool _disposed;

    private RuntimeCounters(EventPipeSession session)
    {
        _session = session;
        _reading = Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    internal static RuntimeCounters Attach(int processId) =>
        new(new DiagnosticsClient(processId).StartEventPipeSession(
            new EventPipeProvider(
                "System.Runtime", EventLevel.Informational, 0, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" }),
            requestRundown: false));

    /// <summary>Call it once this is disposed.</summary>
    internal void AddTo(Dictionary<string, double> numbers)
    {
        if (Steady("alloc-rate") is { Count: > 0 } allocated)
        {
            numbers["server.allocatedBytesPerSecond"] = Statistics.Median(allocated);
            if (numbers.TryGetValue("rates.received", out var received) && received > 0)
                numbers["server.allocatedBytesPerMessage"] = numbers["server.allocatedBytesPerSecond"] / received;
        }

        foreach (var generation in new[] { "0", "1", "2" })
        {
            if (Steady($"gen-{generation}-gc-count") is { Count: > 0 } collections)
                numbers[$"server.gen{generation}Collections"] = collections.Sum();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            await _session.StopAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is ServerNotAvailableException or IOException)
        {
            // The process is gone, and the session with it.
        }

        await _reading;
        _session.Dispose();
    }

    private void Read()
    {
        using var source = new EventPipeEventSource(_session.EventStream);
        source.Dynamic.All += traced =>
        {
            if (traced.EventName == "EventCounters" && traced.PayloadValue(0) is IDictionary<string, object> outer
                && outer["Payload"] is IDictionary<string, object> counter && counter.TryGetValue("Increment", out var increment))
            {
                var name = (string)counter["Name"];
                if (!_increments.TryGetValue(name, out var values))
                    _increments[name] = values = [];
                values.Add((double)increment);
            }
        };
        source.Process();
    }

    private List<double> Steady(string counter) =>
        _increments.TryGetValue(counter, out var values)
            ? [.. values.Skip(IntervalsOfStart).SkipLast(IntervalsOfEnd)]
            : [];
}
