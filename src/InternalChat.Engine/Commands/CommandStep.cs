namespace InternalChat.Engine.Commands;

/// <summary>How the read loop goes on after a command was looked at.</summary>
internal readonly struct CommandStep
{
    private CommandStep(DispatchResult retry, Task? task = null, bool isReading = false, bool isShort = false)
    {
        Retry = retry;
        Task = task;
        IsReading = isReading;
        IsShort = isShort;
    }

    /// <summary>The command is done or submitted: on to the next.</summary>
    public static CommandStep Done => new(DispatchResult.NeedsBytes);

    /// <summary>
    /// As <see cref="Done"/>, of a command that is cheap and that nothing else limits: it counts as a line of what a user reads.
    /// </summary>
    public static CommandStep Short => new(DispatchResult.NeedsBytes, isShort: true);

    /// <summary>The command's reply would overtake those of earlier ones: look at it again when the writer has nothing left.</summary>
    public static CommandStep WhenIdle => new(DispatchResult.WaitUntilIdle);

    /// <summary>The connection has as much with the writer as it may: look at the command again when half of that is done.</summary>
    public static CommandStep WhenWindowOpens => new(DispatchResult.WaitUntilWindowOpens);

    /// <summary>The peer does not take its replies: look at the command again when it has.</summary>
    public static CommandStep WhenWritable => new(DispatchResult.WaitUntilWritable);

    /// <summary>The connection comes to its end: nothing behind this is looked at.</summary>
    public static CommandStep Finish => new(DispatchResult.Finish);

    /// <summary>Whether the line has been dealt with; otherwise it is parsed again after what <see cref="Retry"/> says.</summary>
    public bool IsConsumed => Retry == DispatchResult.NeedsBytes;

    /// <summary>What to wait for before the same line is parsed again; nothing where it was consumed.</summary>
    public DispatchResult Retry { get; }

    /// <summary>What is to be awaited before the next command; null for nothing.</summary>
    public Task? Task { get; }

    /// <summary>Whether the task does nothing but reply.</summary>
    public bool IsReading { get; }

    /// <summary>Whether the command counts as a line of what a user reads.</summary>
    public bool IsShort { get; }

    /// <summary>The same, of a command that does nothing but reply.</summary>
    public CommandStep Reading() => new(Retry, Task, isReading: true, IsShort);

    /// <summary>The command goes on in a task.</summary>
    public static CommandStep After(Task task) => new(DispatchResult.NeedsBytes, task);
}
