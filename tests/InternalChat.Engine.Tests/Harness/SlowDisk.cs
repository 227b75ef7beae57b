namespace InternalChat.Engine.Tests.Harness;

/// <summary>Holds the next commit until it is told to go on.</summary>
internal sealed class SlowDisk : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _goOn = new();

    public SlowDisk(InterceptedStore store) => store.BeforeCommit = Wait;

    /// <summary>Sends a command and waits until its commit is held: what is sent from now on is in the next batch.</summary>
    public static async Task<SlowDisk> Hold(TestServer server, TestClient client, string command)
    {
        var disk = new SlowDisk(server.Store);
        client.Send(command);
        await Phase.Within(disk.Reached, "the commit");
        return disk;
    }

    public Task Reached => _reached.Task;

    public void GoOn() => _goOn.Set();

    public void Dispose() => _goOn.Set();

    private void Wait()
    {
        _reached.TrySetResult();
        _goOn.Wait();
    }
}
