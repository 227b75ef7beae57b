using System.Text;
using InternalChat.Engine.Options;
using InternalChat.Simulation.Tests.Clients;
using InternalChat.Simulation.Tests.Network;
using InternalChat.Simulation.Tests.Scheduling;
using InternalChat.Simulation.Tests.Stores;

namespace InternalChat.Simulation.Tests;

/// <summary>What seeds have found, each as the shortest way to it: a seed means something else as soon as the simulation changes.</summary>
public sealed class FoundFaultsTests
{
    /// <summary>An ERROR STORAGE followed although all that was counted had come, and each later reply was one command late.</summary>
    [Fact]
    public void HISTORY_has_one_reply_where_the_store_fails_behind_its_last_line()
    {
        var lines = Converse(
            new Fate { FailsAt = "read messages" }, "AUTH bob password\nQUIT\n", "AUTH alice password\nHISTORY bob\nPING\nQUIT\n");
        Assert.Equal(["OK registered", "INFO history_count 0", "PONG", "OK bye"], lines);
    }

    /// <summary>It was logged as an error of the program, with its stack.</summary>
    [Fact]
    public void A_disk_that_fails_while_presence_is_looked_up_is_no_error_of_the_program()
    {
        var fate = new Fate { FailsAt = "list blocked" };
        Converse(fate, "AUTH bob password\nQUIT\n", "AUTH alice password\nBLOCK bob\nQUIT\n", "AUTH alice password\n");
        Assert.Empty(fate.Failures);
    }

    /// <summary>Each connection's lines go out when the one before has come to its end, or nothing happens any more.</summary>
    private static List<string> Converse(Fate fate, params string[] connections)
    {
        var scheduler = new Scheduler(seed: 1);
        fate.Peers = new Domain(scheduler);
        var log = new ServerLog(static () => false, static () => false, fate.Failures.Add, static () => { }, static _ => { });
        var plan = Enumerable.Range(1, 100).Select(static seed => new SeedPlan(new Random(seed)))
            .First(static plan => plan.Presence == PresenceMode.All);
        var server = new ServerProcess(scheduler, new Domain(scheduler), new Disk(), fate, plan, number: 1, log);
        var peer = new Peer();
        foreach (var lines in connections)
        {
            peer = new Peer();
            var connection = new SimulatedConnection(fate, peer, "connection", sendBuffer: 1 << 16, isEncrypted: false);
            server.Serve(connection);
            connection.Send(Encoding.UTF8.GetBytes(lines));
            scheduler.RunUntil(() => peer.HasEnded, TimeSpan.FromSeconds(5));
        }

        return [.. Encoding.UTF8.GetString([.. peer.Bytes]).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private sealed class Peer : IPeer
    {
        public List<byte> Bytes { get; } = [];

        public bool HasEnded { get; private set; }

        public void Received(ReadOnlySpan<byte> bytes) => Bytes.AddRange(bytes);

        public void Ended(bool inOrder) => HasEnded = true;
    }

    /// <summary>Nothing goes wrong but what a test asks for.</summary>
    private sealed class Fate : IStoreFate, INetworkFate
    {
        private long _moment;

        public string? FailsAt { get; init; }

        public Domain? Peers { get; set; }

        public List<string> Failures { get; } = [];

        public Random Random { get; } = new(1);

        public TimeProvider Time => Peers!.Time;

        public bool IsHealed => true;

        public bool Passes(string place) => true;

        public bool ReaderPasses(string place) => place != FailsAt;

        public CommitFate NextCommit() => CommitFate.Stored;

        public void WaitForDisk()
        {
        }

        public int NextSlice() => int.MaxValue;

        public bool Chance(double probability) => false;

        public Moment NextMoment() => new(++_moment, 0);

        public void MayBePreempted()
        {
        }

        public void Later(Action action) => Peers!.Post(action);

        public void After(TimeSpan time, Action action) => throw new NotSupportedException("Nothing takes time.");

        public void Fail(string rule, string what) => Failures.Add($"{rule}: {what}");

        public void Trace(string what)
        {
        }
    }
}
