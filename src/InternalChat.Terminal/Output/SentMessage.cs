using InternalChat.Protocol;

namespace InternalChat.Terminal.Output;

/// <summary>How far a message of one's own has come.</summary>
internal enum SentState
{
    /// <summary>The server has not answered yet.</summary>
    Sending,

    /// <summary>Stored; the recipient gets it later.</summary>
    Queued,

    /// <summary>The recipient has it.</summary>
    Delivered,

    /// <summary>The recipient has seen it.</summary>
    Read,

    /// <summary>Refused, or the connection broke before the answer.</summary>
    Failed,
}

/// <summary>A message of one's own, as the transcript shows it.</summary>
internal sealed class SentMessage(UserName to, string text, DateTimeOffset at)
{
    internal UserName To => to;

    internal string Text => text;

    internal DateTimeOffset At => at;

    internal long Id { get; set; }

    internal SentState State { get; set; }

    /// <summary>Whether the transcript has shown the server's answer, so that what follows is a receipt.</summary>
    internal bool WasAnswered { get; set; }

    /// <summary>Why it failed, for people.</summary>
    internal string Reason { get; set; } = "";
}
