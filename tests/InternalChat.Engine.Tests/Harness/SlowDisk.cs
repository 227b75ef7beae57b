namespace InternalChat.Engine.Tests.Harness;

/// <summary>Holds the next commit until it is told to go on.</summary>
internal sealed class SlowDisk : IDisposable
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _goOn = new();

    public SlowDisk(InterceptedLog log) => log.BeforeCommit = Hold;

    public Task Reached => _reached.Task;

    public void GoOn() => _goOn.Set();

    public void Dispose() => _goOn.Set();

    private void Hold()
    {
        _reached.TrySetResult();
        _goOn.Wait();
    }
}
