using System.Collections.Concurrent;
using InternalChat.Engine.Tests.Harness;

[assembly: AssemblyFixture(typeof(UnobservedExceptions))]

namespace InternalChat.Engine.Tests.Harness;

/// <summary>Fails the run where a task of the engine failed and nobody looked.</summary>
public sealed class UnobservedExceptions : IDisposable
{
    private readonly ConcurrentQueue<Exception> _exceptions = new();

    public UnobservedExceptions() => TaskScheduler.UnobservedTaskException += Note;

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= Note;
        Assert.Empty(_exceptions);
    }

    private void Note(object? sender, UnobservedTaskExceptionEventArgs arguments) => _exceptions.Enqueue(arguments.Exception);
}
