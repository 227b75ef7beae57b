using InternalChat.Engine.Options;
using InternalChat.Simulation.Tests.Scheduling;

namespace InternalChat.Simulation.Tests;

/// <summary>What kind of run a seed is: who takes part, how the server is set up, and how much goes wrong.</summary>
internal sealed class SeedPlan
{
    // What HISTORY and a catch-up may append at a time must fit in, as it does in every server.
    private const int LittleWaitingBytes = 80 * 1024;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public SeedPlan(Random random)
    {
        double OneOf(params double[] values) => values[random.Next(values.Length)];
        int Number(params int[] values) => values[random.Next(values.Length)];

        Users = random.Next(2, 6);
        Commands = random.Next(100, 400);
        CrashChance = OneOf(0, 0, 0.0005, 0.003);
        DiskFailure = OneOf(0, 0, 0.002, 0.02);
        ReadFailure = OneOf(0, 0, 0.002, 0.01);
        CommitFailure = OneOf(0, 0.02, 0.2);
        UnknownCommit = OneOf(0, 0, 0.005);
        SlowDisk = OneOf(0, 0, 0.05, 0.3);
        Preemption = OneOf(0, 0.02, 0.1);
        Stalls = OneOf(0.01, 0.05, 0.2);
        Breaks = OneOf(0.05, 0.3, 0.7);
        OperatorPause = Second * OneOf(0.5, 2, 10);
        SendBuffer = Number(0, 60, 300, 4_000, 60_000);
        RateLimit = random.Next(2) == 0 ? null : new RateLimit(Number(2, 5), Second * OneOf(0.5, 3));
        MaxPending = Number(int.MaxValue, int.MaxValue, 1, 3, 8);
        Presence = random.Next(4) switch { 0 => PresenceMode.Off, 1 => PresenceMode.Contacts, _ => PresenceMode.All };
        LargeBodies = OneOf(0, 0, 0.1, 0.9);
        Burst = Number(6, 6, 40);
        ShortSlices = OneOf(0, 0.1, 0.6);
        Popularity = OneOf(0, 0.8);
        DropsPresence = random.Next(4) == 0;
        ReadingLimit = random.Next(3) == 0 ? new ReadingLimit(Number(50, 400), Second * OneOf(0.5, 2)) : new LiveOptions().ReadingLimit;
        Threads = new SimulatedThreadsOptions(
            Readers: random.Next(1, 4), Hashers: random.Next(1, 3), MaxWaitingLogins: Number(2, 8), WriterEagerness: OneOf(0.02, 0.2, 0.8));
        Engine = new EngineOptions
        {
            Live = new LiveOptions
            {
                RateLimit = RateLimit,
                MaxPending = MaxPending,
                ReadingLimit = ReadingLimit,
                Presence = Presence,
                FailedLogins = new FailureLimit(1_000, Second),
                FailedLoginsPerName = new FailureLimit(1_000, Second),
                FailedLoginsPerAddress = new FailureLimit(1_000, Second),
            },
            PresenceWindow = Second * OneOf(0, 0.1),
            QueueCapacity = Number(2, 8, 64),
            MaxInFlightPerConnection = Number(1, 2, 8, 64),
            MaxWaitingBytes = DropsPresence ? LittleWaitingBytes : 1 << 20,
        };
    }

    public int Users { get; }

    /// <summary>After so many commands nothing goes wrong any more, and the run comes to its end.</summary>
    public int Commands { get; }

    /// <summary>That the process dies, at each place where it could.</summary>
    public double CrashChance { get; }

    /// <summary>That a call of the writer's side fails.</summary>
    public double DiskFailure { get; }

    /// <summary>That a call of a reader fails.</summary>
    public double ReadFailure { get; }

    /// <summary>That a commit is refused.</summary>
    public double CommitFailure { get; }

    /// <summary>That nobody knows how a commit ended.</summary>
    public double UnknownCommit { get; }

    /// <summary>That a commit takes long.</summary>
    public double SlowDisk { get; }

    /// <summary>That a thread is interrupted, at each place where others would see it.</summary>
    public double Preemption { get; }

    /// <summary>That a client stops reading for a while, instead of another action.</summary>
    public double Stalls { get; }

    /// <summary>That a connection ends otherwise than in order.</summary>
    public double Breaks { get; }

    /// <summary>About how often the operator does something.</summary>
    public TimeSpan OperatorPause { get; }

    /// <summary>Bytes that an operating system keeps for a peer that does not read.</summary>
    public int SendBuffer { get; }

    public RateLimit? RateLimit { get; }

    /// <summary>Messages of one sender that wait for one recipient without a session.</summary>
    public int MaxPending { get; }

    /// <summary>What a user may read before its HISTORY and LIST wait: often little.</summary>
    public ReadingLimit? ReadingLimit { get; }

    public PresenceMode Presence { get; }

    /// <summary>Most commands that a client sends in one piece.</summary>
    public int Burst { get; }

    /// <summary>That a body is of some thousand bytes.</summary>
    public double LargeBodies { get; }

    /// <summary>That a reader hands over but a few messages of those that there are, or none.</summary>
    public double ShortSlices { get; }

    /// <summary>That what concerns another user concerns the first one.</summary>
    public double Popularity { get; }

    /// <summary>Little may wait for peers that do not read.</summary>
    public bool DropsPresence { get; }

    /// <summary>Presence reaches everybody whom it concerns.</summary>
    public bool HearsAll => !DropsPresence && ReadFailure == 0;

    public SimulatedThreadsOptions Threads { get; }

    public EngineOptions Engine { get; }
}
