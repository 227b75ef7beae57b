using System.Diagnostics;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Scenarios;

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
    /// Puts the load on until the end that the run's clock says, or until it is all done, and then waits for what is under way
    /// (<see cref="Settling"/>).
    /// </summary>
    /// <exception cref="ChatException">The load cannot be put on.</exception>
    Task RunAsync(LoadRun run);

    /// <summary>Counts what it has proved. All connections are closed by now; whoever reads them ends.</summary>
    /// <returns>The runner adds the lost connections.</returns>
    Task<IReadOnlyList<Check>> FinishAsync(LoadRun run);
}

/// <summary>The time after the load in which its last consequences arrive.</summary>
internal static class Settling
{
    /// <summary>For logins that the end of the load finds under way.</summary>
    internal static readonly TimeSpan LoginPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until all has arrived, or nothing more arrives for five seconds.</summary>
    /// <param name="isSettled">Whether all has arrived.</param>
    /// <param name="progress">A number that changes whenever anything arrives.</param>
    /// <param name="reading">When this is complete nothing can arrive any more.</param>
    internal static async Task WaitAsync(Func<bool> isSettled, Func<long> progress, Task reading)
    {
        var lastProgress = progress();
        var lastChange = Stopwatch.GetTimestamp();
        while (!reading.IsCompleted && !isSettled() && Stopwatch.GetElapsedTime(lastChange) < Patience)
        {
            await Task.Delay(Poll);
            var now = progress();
            if (now != lastProgress)
                (lastProgress, lastChange) = (now, Stopwatch.GetTimestamp());
        }
    }
}
