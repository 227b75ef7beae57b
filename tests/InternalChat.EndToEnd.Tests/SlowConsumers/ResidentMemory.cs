using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.SlowConsumers;

/// <summary>Samples a server's resident set and keeps the highest value.</summary>
internal sealed class ResidentMemory : IAsyncDisposable
{
    private readonly ServerProcess _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sampling;
    private long _highest;

    public ResidentMemory(ServerProcess server)
    {
        _server = server;
        AtStart = server.ResidentBytes();
        _highest = AtStart;
        _sampling = SampleAsync();
    }

    public long AtStart { get; }

    public long Growth => Interlocked.Read(ref _highest) - AtStart;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
    }

    private async Task SampleAsync()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await pace.WaitForNextTickAsync(_stop.Token))
                Interlocked.Exchange(ref _highest, Math.Max(_highest, _server.ResidentBytes()));
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
