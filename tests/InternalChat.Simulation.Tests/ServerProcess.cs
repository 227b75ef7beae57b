using InternalChat.Engine;
using InternalChat.Engine.Connections;
using InternalChat.Simulation.Tests.Network;
using InternalChat.Simulation.Tests.Scheduling;
using InternalChat.Simulation.Tests.Stores;

namespace InternalChat.Simulation.Tests;

/// <summary>One life of the server: an engine over what the disk has, until it dies or is stopped.</summary>
internal sealed class ServerProcess
{
    private readonly List<SimulatedConnection> _connections = [];
    private readonly List<Task> _served = [];
    private readonly TaskCompletionSource _death = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="scheduler">Runs it.</param>
    /// <param name="domain">Its own.</param>
    /// <param name="disk">What the process before has left.</param>
    /// <param name="fate">What goes wrong.</param>
    /// <param name="plan">How the server is set up.</param>
    /// <param name="number">1 for the first; each makes stronger hashes than the one before, so that passwords are hashed anew.</param>
    /// <param name="log">Where it reports.</param>
    public ServerProcess(
        Scheduler scheduler, Domain domain, Disk disk, IStoreFate fate, SeedPlan plan, int number, ServerLog log)
    {
        Domain = domain;
        Writer = new SimulatedWriter(disk, fate, () => domain.IsDead);
        var threads = new SimulatedThreads(scheduler, domain, () => new SimulatedReader(disk, fate), plan.Threads);
        var options = plan.Engine with { PasswordIterations = number };
        Engine = new ChatEngine(Writer, _ => threads, options, domain.Time, log, meter: null, log.EndProcess);
    }

    public Domain Domain { get; }

    public SimulatedWriter Writer { get; }

    public ChatEngine Engine { get; }

    /// <summary>Ends when the process is no more, however.</summary>
    public Task Death => _death.Task;

    public void Serve(SimulatedConnection connection)
    {
        _connections.Add(connection);
        Domain.Post(() => _served.Add(Engine.ServeAsync(new ChatConnection(connection, connection.Break, Progress: connection.Progress))));
    }

    /// <summary>Asks the engine something; null if the process dies before the answer.</summary>
    public async Task<TResult?> Ask<TResult>(Func<ChatEngine, Task<TResult>> question)
        where TResult : struct
    {
        var answer = new TaskCompletionSource<TResult?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Domain.Post(() => _ = AnswerAsync(question, answer));
        _ = GiveUpAsync(answer);
        return await answer.Task;
    }

    /// <summary>Stops in order: everybody is told, everything is written.</summary>
    /// <param name="drainedOver">How long it takes to tell them before the stop; null for not at all.</param>
    public async Task StopAsync(TimeSpan? drainedOver = null)
    {
        await Ask(async engine =>
        {
            if (drainedOver is { } time)
                await engine.TryDrain(time)!;
            engine.BeginShutdown();
            await Task.WhenAll(_served);
            await engine.DisposeAsync();
            return true;
        });
        if (Domain.IsDead)
            return;
        Writer.WriteBehind();
        Die();
    }

    /// <summary>Everything in memory is gone, and connections are reset.</summary>
    public void Die()
    {
        Domain.Die();
        foreach (var connection in _connections)
            connection.Break();
        _death.TrySetResult();
    }

    private async Task GiveUpAsync<TResult>(TaskCompletionSource<TResult?> answer)
        where TResult : struct
    {
        await Death;
        answer.TrySetResult(null);
    }

    private async Task AnswerAsync<TResult>(Func<ChatEngine, Task<TResult>> question, TaskCompletionSource<TResult?> answer)
        where TResult : struct
    {
        try
        {
            answer.TrySetResult(await question(Engine));
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
            answer.TrySetResult(null);
        }
    }
}
