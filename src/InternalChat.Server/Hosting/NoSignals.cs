namespace InternalChat.Server.Hosting;

/// <summary>For hosts beside the chat's: the program stops them, after the chat, and signals are the chat's.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
