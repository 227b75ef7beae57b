using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests;

/// <summary>One server for the tests of a class, which use names of their own.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private ServerProcess? _process;

    public ServerProcess Process => _process ?? throw new InvalidOperationException("The server was not started.");

    public async ValueTask InitializeAsync() => _process = await ServerProcess.StartAsync();

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
