using InternalChat.Simulation.Tests.Clients;
using InternalChat.Simulation.Tests.Network;
using InternalChat.Simulation.Tests.Scheduling;
using InternalChat.Simulation.Tests.Stores;

namespace InternalChat.Simulation.Tests;

/// <summary>What goes wrong, and when, as the seed and its plan have it.</summary>
internal sealed class Faults(Simulation simulation, Scheduler scheduler, SeedPlan plan) : IStoreFate, INetworkFate
{
    private static readonly TimeSpan LongestCommit = TimeSpan.FromMilliseconds(600);

    public Random Random => scheduler.Random;

    public TimeProvider Time => simulation.Time;

    public bool IsHealed => simulation.IsHealed;

    /// <summary>The store has said that the process must end.</summary>
    public bool ProcessMustEnd { get; set; }

    public bool Passes(string place)
    {
        if (Happens(plan.CrashChance))
            simulation.Crash(place);
        scheduler.MayBePreempted();
        return !Happens(plan.DiskFailure);
    }

    public bool ReaderPasses(string place)
    {
        scheduler.MayBePreempted();
        return !Happens(plan.ReadFailure);
    }

    public CommitFate NextCommit()
    {
        if (Happens(plan.CommitFailure))
            return CommitFate.NotStored;
        if (!Happens(plan.UnknownCommit))
            return CommitFate.Stored;
        ProcessMustEnd = true;
        return Random.Next(3) switch
        {
            0 => CommitFate.Fenced,
            1 => CommitFate.StoredUnknown,
            _ => CommitFate.NotStoredUnknown,
        };
    }

    public void WaitForDisk()
    {
        if (Happens(plan.SlowDisk))
            scheduler.Block(LongestCommit * Random.NextDouble());
    }

    public Moment NextMoment() => simulation.NextMoment();

    public bool Chance(double probability) => scheduler.Chance(probability);

    public int NextSlice() => scheduler.Chance(plan.ShortSlices) ? Random.Next(4) : int.MaxValue;

    public void MayBePreempted()
    {
        if (Happens(plan.CrashChance))
            simulation.Crash("a flush");
        scheduler.MayBePreempted();
    }

    public void Later(Action action)
    {
        // Now and then the network takes its time.
        if (Happens(0.1))
            After(TimeSpan.FromMilliseconds(Random.Next(30)), action);
        else
            simulation.Peers.Post(action);
    }

    public void After(TimeSpan time, Action action) => simulation.After(time, action);

    public void Fail(string rule, string what) => simulation.Fail(rule, what);

    public void Trace(string what) => simulation.Trace($"store: {what}");

    private bool Happens(double probability) => !simulation.IsHealed && scheduler.Chance(probability);
}
