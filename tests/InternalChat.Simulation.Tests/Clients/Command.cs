namespace InternalChat.Simulation.Tests.Clients;

/// <summary>What a line of the server is to the oldest command that has no reply yet.</summary>
internal enum ReplyPart
{
    /// <summary>No part of its reply.</summary>
    None,

    /// <summary>A part, and more follow.</summary>
    More,

    /// <summary>The end of its reply.</summary>
    Last,
}

/// <summary>A place in the run.</summary>
/// <param name="Number">Tells what was before what: each event has its own.</param>
/// <param name="Ticks">The virtual time, which is the same for many.</param>
internal readonly record struct Moment(long Number, long Ticks)
{
    public static bool operator <(Moment left, Moment right) => left.Number < right.Number;

    public static bool operator >(Moment left, Moment right) => left.Number > right.Number;
}

/// <summary>One command that a client sends: its line, and what the contract lets the server answer.</summary>
/// <param name="line">Without its end.</param>
/// <param name="errors">The codes that may answer it besides NOT_AUTHENTICATED.</param>
internal abstract class Command(string line, params string[] errors)
{
    public string Line => line;

    /// <summary>On which connection it was sent.</summary>
    public Conversation? SentOn { get; set; }

    /// <summary>When it was sent.</summary>
    public Moment Sent { get; set; }

    /// <summary>When the last line of the reply was read; null if there is none.</summary>
    public Moment? Answered { get; private set; }

    /// <summary>Between which two moments the server made the last line of the reply.</summary>
    public (Moment After, Moment By) Made { get; private set; }

    /// <summary>The code with which it was refused; null if it was not.</summary>
    public string? Error { get; private set; }

    public bool IsAnswered => Answered is not null;

    public bool IsDone => IsAnswered && Error is null;

    /// <summary>Takes the next line that is no push.</summary>
    public ReplyPart Take(in Frame frame, Moment now)
    {
        var part = Judge(frame);
        if (part == ReplyPart.Last)
            (Answered, Made) = (now, (frame.MadeAfter, frame.MadeBy));
        return part;
    }

    public override string ToString() => line;

    /// <summary>What the contract says of a line that is no error.</summary>
    protected abstract ReplyPart Accept(in Frame frame);

    private ReplyPart Judge(in Frame frame)
    {
        if (!frame.IsError)
            return Accept(frame);
        if (frame.ErrorCode != "NOT_AUTHENTICATED" && !errors.Contains(frame.ErrorCode))
            return ReplyPart.None;
        Error = frame.ErrorCode;
        return ReplyPart.Last;
    }
}
