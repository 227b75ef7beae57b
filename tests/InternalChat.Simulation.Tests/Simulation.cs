using System.Globalization;
using System.Runtime.CompilerServices;
using InternalChat.Simulation.Tests.Clients;
using InternalChat.Simulation.Tests.Network;
using InternalChat.Simulation.Tests.Rules;
using InternalChat.Simulation.Tests.Scheduling;
using InternalChat.Simulation.Tests.Stores;

namespace InternalChat.Simulation.Tests;

/// <summary>
/// One run: a server, its disk, its network, its users and its operator, on one thread and in virtual time, and every choice from one
/// seed. It first lives through what the seed has in store; then nothing goes wrong any more, everybody gets what is theirs, and what was
/// promised is looked at.
/// </summary>
internal sealed class Simulation : ISimulation
{
    // A page of HISTORY, a chunk of a catch-up and what was kept beside it are 32 KiB each, and receipts are few.
    private const long MostWaitingBytes = 128 * 1024;

    // Connections have 3 seconds to take what is owed to them; a slow disk takes the rest.
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestEnd = TimeSpan.FromMinutes(3);
    private static readonly string[] Names = ["alice", "bob", "carol", "dave", "erin"];

    private readonly Scheduler _scheduler;
    private readonly Disk _disk = new();
    private readonly Faults _faults;
    private readonly Rule[] _rules;
    private readonly List<string>? _trace;
    private readonly List<Conversation> _conversations = [];
    private readonly List<(long AccountId, Moment At)> _entered = [];
    private TaskCompletionSource _isUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _moment;
    private int _commands;
    private bool _isRestarting;

    /// <param name="seed">Of everything.</param>
    /// <param name="isTraced">Whether <see cref="TraceLines"/> are kept.</param>
    public Simulation(int seed, bool isTraced = false)
    {
        _scheduler = new Scheduler(seed);
        _trace = isTraced ? [] : null;
        Plan = new SeedPlan(_scheduler.Random);
        _scheduler.Preemption = Plan.Preemption;
        _scheduler.StepFailed = exception => Fail("No step ends in an exception", exception.ToString());
        Peers = new Domain(_scheduler);
        _faults = new Faults(this, _scheduler, Plan);
        Users = [.. Names.Take(Plan.Users).Select(static (name, index) => new User(name, index))];
        _rules = RuleBook.Of(this);
    }

    public SeedPlan Plan { get; }

    /// <summary>Everybody but the server.</summary>
    public Domain Peers { get; }

    public Random Random => _scheduler.Random;

    public TimeProvider Time => Peers.Time;

    public IReadOnlyList<User> Users { get; }

    public List<MessageCommand> Messages { get; } = [];

    public Tables Committed => _disk.Committed;

    public int Process { get; private set; }

    /// <summary>The server; null while it is down.</summary>
    public ServerProcess? Server { get; private set; }

    public bool IsHealed { get; private set; }

    /// <summary>The rule that was broken, and how; null if none was.</summary>
    public string? Violation { get; private set; }

    public IReadOnlyList<string> TraceLines => _trace ?? [];

    public bool IsTraced => _trace is not null;

    public int Commands => _commands;

    public int Crashes { get; private set; }

    public long Steps => _scheduler.Steps;

    public void Run()
    {
        var context = SynchronizationContext.Current;
        try
        {
            SynchronizationContext.SetSynchronizationContext(Peers);
            RunToItsEnd();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public Moment NextMoment() => new(++_moment, _scheduler.Now);

    public Moment Entered(User user, Moment by) =>
        _entered.FindLast(entry => entry.AccountId == Committed.Find(user.Name)!.Id && entry.At < by).At;

    public bool Chance(double probability) => _scheduler.Chance(probability);

    public void CountCommands(int count)
    {
        _commands += count;
        if (_commands >= Plan.Commands)
            Heal();
    }

    public Conversation Open(User user)
    {
        var conversation = new Conversation(this, user, _conversations.Count + 1);
        _conversations.Add(conversation);
        return conversation;
    }

    public SimulatedConnection Connect(IPeer peer)
    {
        var connection = new SimulatedConnection(
            _faults, peer, $"connection {_conversations.Count + 1}", Plan.SendBuffer, isEncrypted: Chance(0.3));
        Server!.Serve(connection);
        return connection;
    }

    /// <summary>Ends when the server takes connections, or the run is over for whoever asks.</summary>
    public async Task<bool> WhenUpAsync()
    {
        while (Server is null)
            await _isUp.Task;
        return true;
    }

    public void After(TimeSpan time, Action action)
    {
        ITimer? timer = null;
        timer = Time.CreateTimer(
            _ =>
            {
                timer!.Dispose();
                action();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        timer.Change(time, Timeout.InfiniteTimeSpan);
    }

    public void Tell(Action<Rule> what)
    {
        foreach (var rule in _rules)
            what(rule);
    }

    public void Fail(string rule, string what)
    {
        if (Violation is not null)
            return;
        Violation = $"{rule}: {what}";
        Trace($"BROKEN: {Violation}");
        _scheduler.IsStopped = true;
    }

    public void Trace([InterpolatedStringHandlerArgument("")] TraceLine line) =>
        _trace?.Add(string.Create(
            CultureInfo.InvariantCulture, $"{TimeSpan.FromTicks(_scheduler.Now).TotalSeconds:0000.0000} {line.ToStringAndClear()}"));

    /// <summary>Peers that do not read must not make the server's memory grow.</summary>
    public void CheckWhatWaits()
    {
        foreach (var session in Server?.Engine.Sessions.List(after: null, limit: 100) ?? [])
        {
            if (session.WaitingBytes > MostWaitingBytes)
                Fail("Slow readers cost little memory", $"{session.WaitingBytes} bytes wait for {session.User}");
        }
    }

    /// <summary>The process dies where it stands.</summary>
    public void Crash(string place)
    {
        if (Server is not { } server)
            return;
        Trace($"CRASH at: {place}");
        Crashes++;
        Server = null;
        server.Die();
        Tell(static rule => rule.Crashed());
        if (!_isRestarting)
            After(TimeSpan.FromSeconds(2 * Random.NextDouble()), Start);
    }

    /// <summary>Stops the server in order, and starts it again.</summary>
    /// <param name="drainedOver">How long everybody is told to leave before; null for not at all.</param>
    public async Task RestartAsync(TimeSpan? drainedOver = null)
    {
        if (Server is not { } server || _isRestarting)
            return;
        Trace($"the server is stopped{(drainedOver is null ? "" : " after a drain")}");
        _isRestarting = true;
        var began = _scheduler.Now;
        await server.StopAsync(drainedOver);
        _isRestarting = false;
        var time = TimeSpan.FromTicks(_scheduler.Now - began) - (drainedOver ?? TimeSpan.Zero);
        if (time > LongestStop)
            Fail("A stop waits for no peer longer than it may", $"it took {time}");
        Server = null;
        Start();
    }

    private void Start()
    {
        Process++;
        _faults.ProcessMustEnd = false;
        Trace($"the server starts, process {Process}");
        var domain = new Domain(_scheduler);
        var log = new ServerLog(
            () => domain.IsDead,
            () => _faults.ProcessMustEnd,
            what => Fail("The server logs no error", what),
            () => Crash("the writer's end"),
            what => Trace($"{what}"));
        Server = new ServerProcess(_scheduler, domain, _disk, _faults, Plan, Process, log);
        Server.Writer.Entered = account => _entered.Add((account, NextMoment()));
        Server.Writer.MarkLost = account => Tell(rule => rule.MarkLost(UserOf(account)));
        Server.Writer.HeldElsewhere = account => Tell(rule => rule.HeldElsewhere(UserOf(account)));
        var isUp = _isUp;
        _isUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        isUp.SetResult();
    }

    private User UserOf(long account) => Users.Single(user => user.Name == Committed.FindAccount(account)!.Name);

    private void Heal()
    {
        if (IsHealed)
            return;
        Trace($"from now on nothing goes wrong");
        IsHealed = true;
        foreach (var conversation in _conversations)
            conversation.Connection.IsReading = true;
    }

    private void RunToItsEnd()
    {
        Start();
        var clients = Users.SelectMany(user => Enumerable.Range(0, Random.Next(1, 3)).Select(_ => new Client(this, user))).ToList();
        var tasks = clients.ConvertAll(static client => client.RunAsync());
        var operating = new Operator(this);
        tasks.Add(operating.RunAsync());
        _scheduler.RunUntil(() => IsHealed, LongestRun);
        Heal();
        if (!Ends(Task.WhenAll(tasks), "a client or the operator"))
            return;
        var last = new LastRound(this, operating);
        if (!Ends(last.RunAsync(), "the last round"))
            return;
        Tell(static rule => rule.AtEnd());
        Ends(Server!.StopAsync(), "the server's stop");
    }

    private bool Ends(Task task, string what)
    {
        _scheduler.RunUntil(() => task.IsCompleted, LongestEnd);
        if (task.IsFaulted)
            Fail("Clients do not fail", task.Exception!.ToString());
        if (!task.IsCompleted && Violation is null)
        {
            var waiting = _conversations.Where(static conversation => !conversation.HasEnded && !conversation.IsAbandoned)
                .Select(static conversation => $"{conversation} for {conversation.Awaited}");
            Fail("Nothing waits for ever", $"{what} waits; open: {string.Join(", ", waiting)}");
        }

        return Violation is null;
    }
}
