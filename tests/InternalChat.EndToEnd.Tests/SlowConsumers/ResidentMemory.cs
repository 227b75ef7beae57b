using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.SlowConsumers;

/// <summary>
/// Samples a server's memory and keeps the highest values. What counts is what no file backs: pages of the database that are
/// mapped are in the resident set too, but they are the page cache's, which takes them back when somebody needs the room.
/// </summary>
internal sealed class ResidentMemory : IAsyncDisposable
{
    private readonly ServerProcess _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _sampling;
    private readonly long _anonymousAtStart;
    private readonly long _residentAtStart;
    private long _mostAnonymous;
    private long _mostResident;

    public ResidentMemory(ServerProcess server)
    {
        _server = server;
        _anonymousAtStart = _mostAnonymous = server.MemoryBytes("RssAnon");
        _residentAtStart = _mostResident = server.MemoryBytes("VmRSS");
        _sampling = SampleAsync();
    }

    public long Growth => Interlocked.Read(ref _mostAnonymous) - _anonymousAtStart;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _sampling;
        _stop.Dispose();
    }

    public override string ToString() =>
        $"resident {_residentAtStart >> 10} KiB and {(Interlocked.Read(ref _mostResident) - _residentAtStart) >> 10} KiB more; "
        + $"without files {_anonymousAtStart >> 10} KiB and {Growth >> 10} KiB more";

    private async Task SampleAsync()
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await pace.WaitForNextTickAsync(_stop.Token))
            {
                Interlocked.Exchange(ref _mostAnonymous, Math.Max(_mostAnonymous, _server.MemoryBytes("RssAnon")));
                Interlocked.Exchange(ref _mostResident, Math.Max(_mostResident, _server.MemoryBytes("VmRSS")));
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }
}
