using System.Text;
using InternalChat.Simulation.Tests.Network;

namespace InternalChat.Simulation.Tests.Clients;

/// <summary>
/// One connection as its client sees it: what was sent, what came, and which reply belongs to which command. Holds one promise itself:
/// each command has one reply, in order.
/// </summary>
internal sealed class Conversation : IPeer
{
    private readonly Queue<Command> _unanswered = new();
    private readonly List<byte> _line = [];
    private readonly ISimulation _simulation;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _received;
    private bool _hasFarewell;
    private bool _mayHaveFarewell;
    private bool _wasToldToGo;
    private bool _saidGoodbye;

    public Conversation(ISimulation simulation, User user, int number)
    {
        (_simulation, User, Number, Process) = (simulation, user, number, simulation.Process);
        Connection = simulation.Connect(this);
    }

    public User User { get; }

    /// <summary>Its place among the connections of the run.</summary>
    public int Number { get; }

    public SimulatedConnection Connection { get; }

    /// <summary>Which of the processes of the server it is with.</summary>
    public int Process { get; }

    /// <summary>When it was cut, or came to its end; null as long as neither.</summary>
    public Moment? Over { get; private set; }

    /// <summary>It is over, and the server has ended it after all that it had to say.</summary>
    public bool IsOverInOrder { get; private set; }

    /// <summary>The login that succeeded; null before.</summary>
    public AuthCommand? Login { get; private set; }

    public bool IsLoggedIn => Login is not null;

    /// <summary>
    /// The end was the client's wish: the server has said goodbye, or nothing at all, to one that sends no more and has every reply. A last
    /// line that says why it was closed cannot always be told from the reply to a command.
    /// </summary>
    public bool HasEndedItself =>
        _saidGoodbye || (Connection.IsHalfClosed && !_mayHaveFarewell && !_wasToldToGo && _unanswered.Count == 0);

    /// <summary>Nothing comes any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The client has said or done something that ends it.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>The client has cut it, or vanished: from then on it looks at nothing.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>The oldest command without a reply, for people.</summary>
    public string Awaited => _unanswered.TryPeek(out var command) ? $"the reply to '{command}'" : "its end";

    /// <summary>Ends with the next line, or the end.</summary>
    public Task Changed => _changed.Task;

    public override string ToString() => $"{User}/{Number}";

    /// <summary>Sends commands in one piece.</summary>
    public void Send(params Command[] commands)
    {
        foreach (var command in commands)
        {
            command.Sent = _simulation.NextMoment();
            command.SentOn = this;
            _unanswered.Enqueue(command);
            _simulation.Trace($"{this} > {command}");
            _simulation.Tell(rule => rule.Sent(this, command));
        }

        Connection.Send(Encoding.UTF8.GetBytes(string.Concat(commands.Select(static command => command.Line + "\n"))));
    }

    /// <summary>Waits until all commands have their replies, or none will come.</summary>
    public async Task WhenAnswered()
    {
        while (_unanswered.Count > 0 && !HasEnded)
            await Changed;
    }

    public async Task WhenEnded()
    {
        while (!HasEnded)
            await Changed;
    }

    /// <summary>The client has reset it.</summary>
    public bool WasCut { get; private set; }

    public void Cut()
    {
        WasCut = true;
        _simulation.Trace($"{this} resets the connection");
        Abandon();
        Connection.Break();
    }

    public void Close()
    {
        _simulation.Trace($"{this} closes");
        Abandon();
        Connection.Close();
        End(inOrder: false);
    }

    public void Vanish()
    {
        _simulation.Trace($"{this} vanishes");
        Abandon();
        Connection.Vanish();
    }

    void IPeer.Received(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            _received++;
            if (value != '\n')
            {
                _line.Add(value);
                continue;
            }

            var line = Encoding.UTF8.GetString([.. _line]);
            _line.Clear();
            var (after, by) = Connection.WrittenBetween(_received);
            Take(new Frame(line, after, by));
        }

        WakeUp();
    }

    void IPeer.Ended(bool inOrder) => End(inOrder);

    private void Abandon()
    {
        IsAbandoned = true;
        Over ??= _simulation.NextMoment();
    }

    private void End(bool inOrder)
    {
        if (HasEnded)
            return;
        Over ??= _simulation.NextMoment();
        IsOverInOrder = inOrder;
        _simulation.Trace($"{this} {(inOrder ? "has come to its end" : "is broken")}");
        HasEnded = true;
        if (inOrder && _line.Count > 0)
            _simulation.Fail("Lines are whole", $"{this} ends in the middle of one");
        _simulation.Tell(rule => rule.Ended(this, inOrder));
        WakeUp();
    }

    private void WakeUp()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    private void Take(Frame frame)
    {
        _simulation.Trace($"{this} < {frame.Line}");
        if (_hasFarewell && !frame.IsAlwaysPushed)
            _simulation.Fail("Nothing follows the last line", $"{this} gets '{frame.Line}'");
        if (frame.IsAlwaysPushed)
        {
            _wasToldToGo |= frame.IsShutdown || frame.IsNotice;
            _simulation.Tell(rule => rule.Pushed(this, frame));
            return;
        }

        _mayHaveFarewell = IsFarewell(frame);
        var part = _unanswered.TryPeek(out var command) ? command.Take(frame, _simulation.NextMoment()) : ReplyPart.None;
        if (part == ReplyPart.Last)
            Answered(_unanswered.Dequeue());
        else if (part == ReplyPart.None)
            TakePush(frame);
    }

    private static bool IsFarewell(in Frame frame) =>
        frame.IsError && frame.ErrorCode is "TIMEOUT" or "SERVER_FULL" or "SLOW_CONSUMER" or "STORAGE" or "SUSPENDED";

    private void TakePush(Frame frame)
    {
        if (frame.IsDelivered)
            _simulation.Tell(rule => rule.Pushed(this, frame));
        else if (IsFarewell(frame))
            _hasFarewell = true;
        else
            _simulation.Fail(
                "Each command has one reply, in order",
                $"{this} gets '{frame.Line}' while the reply to '{(_unanswered.TryPeek(out var command) ? command : "nothing")}' is due");
    }

    private void Answered(Command command)
    {
        _saidGoodbye |= command is SimpleCommand { Line: "QUIT" };
        if (command is AuthCommand { IsDone: true } login)
        {
            Login = login;
            User.IsRegistered = true;
            _simulation.Tell(rule => rule.LoggedIn(this));
        }

        _simulation.Tell(rule => rule.Answered(this, command));
    }
}
