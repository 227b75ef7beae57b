using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Running;

/// <summary>One kind of load. <see cref="ScenarioRunner"/> calls each method once, in this order.</summary>
internal interface IScenario
{
    /// <summary>The name of its subcommand.</summary>
    string Name { get; }

    /// <summary>For people: what the load is.</summary>
    string Load { get; }

    /// <summary>What processor time is divided by.</summary>
    Counter Unit { get; }

    /// <summary>Brings everything about that has to be there before the load, such as logins. Nothing is measured yet.</summary>
    /// <exception cref="ChatException">The load cannot be put on.</exception>
    /// <exception cref="OperationCanceledException">The user ended it.</exception>
    Task PrepareAsync(LoadRun run, CancellationToken cancellationToken);

    /// <summary>
    /// Puts the load on until the end that the run's clock says, or until it is all done, and then waits for what is under way.
    /// </summary>
    /// <exception cref="ChatException">The load cannot be put on.</exception>
    Task RunAsync(LoadRun run);

    /// <summary>Counts what it has proved. All connections are closed by now; whoever reads them ends.</summary>
    /// <returns>The runner adds the lost connections.</returns>
    Task<IReadOnlyList<Check>> FinishAsync(LoadRun run);
}
