using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using InternalChat.Engine.Commands;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Writing;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Benchmarks.Engine;

/// <summary>
/// The engine's writer and what hangs on it, cut off at both ends: no log behind it, no connections before it. Users are online over
/// null transports. Everything happens on the thread that asks for it; nothing happens by itself.
/// </summary>
internal sealed class WriterWithNullEnds : IDisposable
{
    private const int LoginsInWindow = 1_000;

    // Not started: nothing reads the log here.
    private readonly ReaderThreads _readers = new();
    private readonly SingleWriter _writer;
    private readonly MessageCommands _commands;

    /// <param name="users">How many are online: user-000000 and on.</param>
    /// <param name="presence">Who hears of users coming and going.</param>
    /// <param name="openTransport">Makes the sending end of a user's connection.</param>
    public WriterWithNullEnds(int users, PresenceMode presence = PresenceMode.Off, Func<NullPipeWriter>? openTransport = null)
    {
        var options = new EngineOptions();
        var current = new CurrentOptions(new LiveOptions { Presence = presence, RateLimit = null });
        var log = new NullStore();
        Queue = new OperationQueue(options.QueueCapacity);
        Registry = new SessionRegistry(current, TimeProvider.System);
        Accounts = new AccountDirectory(log);
        var rule = new PresenceRule(Registry, _readers);
        Presence = new PresenceBroadcaster(options, current, Registry, rule, Time, NullLogger.Instance);
        var catchUp = new CatchUp(_readers, Queue, NullLogger.Instance);
        var unflushed = new UnflushedSessions(NullLogger.Instance);
        var metrics = new EngineMetrics();
        var mailboxes = new MailboxDelivery(log, Registry, catchUp, Presence, unflushed, metrics);
        var revisions = new AccountRevisions();
        var verified = new VerifiedPasswords(TimeProvider.System);
        var known = new KnownNames(_readers);
        var pending = new PendingMessages(current, Registry);
        var online = new OnlineUsers(log, Accounts, verified, Registry, mailboxes, Presence, unflushed, pending, known, metrics);
        var changes = new AccountChanges(log, Accounts, revisions, Registry, verified, online, pending, known);
        var publisher = new BatchPublisher(online, changes, Registry, mailboxes, unflushed, metrics);
        _writer = new SingleWriter(
            log, Queue, Accounts, changes, revisions, pending, publisher, metrics, TimeProvider.System, NullLogger.Instance,
            Environment.FailFast);
        _commands = new MessageCommands(options, current, Queue, new Replies(metrics), metrics, TimeProvider.System);

        openTransport ??= static () => new NullPipeWriter();
        Outputs = [.. Enumerable.Range(0, users).Select(_ => openTransport())];
        Sessions = [.. Outputs.Select(output => new Session(
            new ChatConnection(new SendingEnd(output), static () => { }), options.MaxWaitingBytes, acceptedAt: 0))];
        for (var i = 0; i < users; i++)
        {
            LogIn(Sessions[i], NameOf(i));
            // What everybody hears of a window has to fit into the null transport's memory.
            if (i % LoginsInWindow == 0)
                Time.Strike();
        }

        Time.Strike();
    }

    public OperationQueue Queue { get; }

    public SessionRegistry Registry { get; }

    public AccountDirectory Accounts { get; }

    public PresenceBroadcaster Presence { get; }

    /// <summary>Presence's clock.</summary>
    public ManualTime Time { get; } = new();

    public Session[] Sessions { get; }

    public NullPipeWriter[] Outputs { get; }

    /// <summary>Bytes sent to all users.</summary>
    public long FlushedBytes => Outputs.Sum(static output => output.FlushedBytes);

    public static UserName NameOf(int user) => UserName.Parse($"user-{user:D6}");

    /// <summary>A MSG line, without its end.</summary>
    public static byte[] MessageTo(int user, int bodyBytes) => Encoding.ASCII.GetBytes($"MSG {NameOf(user)} {new string('x', bodyBytes)}");

    /// <summary>A line of a user goes to the writer.</summary>
    public void Submit(int user, ReadOnlySpan<byte> messageLine)
    {
        if (CommandParser.Parse(messageLine, out var command) != ParseError.None || !_commands.Msg(Sessions[user], command).IsConsumed)
            throw new InvalidOperationException("The line was not taken.");
    }

    /// <summary>What was submitted is applied, committed and published.</summary>
    /// <returns>How many operations there were.</returns>
    public int ProcessBatch() => _writer.ProcessBatch();

    /// <summary>A user is not online any more; the session still says who it was.</summary>
    public void LogOut(Session session)
    {
        var operation = new Operation { Kind = OperationKind.Logout, Session = session, Payload = new TaskCompletionSource() };
        Checked.Equal(true, Queue.TrySubmit(operation));
        ProcessBatch();
    }

    public void Dispose()
    {
        Presence.Dispose();
        _readers.Dispose();
        Queue.Dispose();
    }

    private void LogIn(Session session, UserName name)
    {
        var request = new LoginRequest(name, AccountId: 0, NewPasswordHash: "none");
        Checked.Equal(true, Queue.TrySubmit(new Operation { Kind = OperationKind.Login, Session = session, Payload = request }));
        ProcessBatch();
        Checked.Equal(LoginOutcome.Registered, request.Outcome.Task.Result);
    }

    /// <summary>A connection on which nothing ever arrives.</summary>
    private sealed class SendingEnd(PipeWriter output) : IDuplexPipe
    {
        private static readonly PipeReader Nothing = PipeReader.Create(ReadOnlySequence<byte>.Empty);

        public PipeReader Input => Nothing;

        public PipeWriter Output => output;
    }
}

/// <summary>A clock whose timers run when they are told to, on the thread that tells them.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Timer> _timers = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(_timers, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets the timers that are set strike, and those that are set meanwhile, until none is.</summary>
    public void Strike()
    {
        while (_timers.Count > 0)
            _timers[^1].Strike();
    }

    private sealed class Timer(List<Timer> set, TimerCallback callback, object? state) : ITimer
    {
        public void Strike()
        {
            set.Remove(this);
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            set.Remove(this);
            if (dueTime != Timeout.InfiniteTimeSpan)
                set.Add(this);
            return true;
        }

        public void Dispose() => set.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
