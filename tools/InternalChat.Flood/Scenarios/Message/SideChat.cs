using InternalChat.Flood.Report;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>
/// Other users who chat beside a scenario's own load, so that what it does to them is measured. Nobody, where there are no options.
/// </summary>
internal sealed class SideChat(MessageOptions? options)
{
    private readonly MessageScenario? _chat = options is null ? null : new MessageScenario(options);

    /// <summary>How many it holds.</summary>
    internal int Connections => 2 * (options?.Pairs ?? 0);

    /// <summary>What follows the description of the load that this stands beside.</summary>
    internal string Load => _chat is null ? "" : $", beside {_chat.Load}";

    internal Task PrepareAsync(LoadRun run, CancellationToken cancellationToken) =>
        _chat?.PrepareAsync(run, cancellationToken) ?? Task.CompletedTask;

    /// <summary>Chats until the end of the load, and waits until all of it has settled.</summary>
    internal Task RunAsync(LoadRun run) => _chat?.RunAsync(run) ?? run.Clock.WaitForEndAsync();

    /// <summary>All connections are closed by now.</summary>
    internal Task<IReadOnlyList<Check>> FinishAsync(LoadRun run) =>
        _chat?.FinishAsync(run) ?? Task.FromResult<IReadOnlyList<Check>>([]);
}
