using InternalChat.Client;

namespace InternalChat.Terminal.Commands;

/// <summary>What became of a line.</summary>
internal enum CommandOutcome
{
    Done,

    /// <summary>It failed, and the transcript says why.</summary>
    Failed,

    /// <summary>It needs a connection and there is none; nothing was done.</summary>
    NotConnected,

    /// <summary>The user wants to leave.</summary>
    Quit,
}

/// <summary>One row of the table of commands.</summary>
/// <param name="Name">The word, with its slash.</param>
/// <param name="Arguments">What follows it, for people.</param>
/// <param name="Summary">What it does, for people.</param>
/// <param name="TakesUser">Whether the first argument is a user's name, for completion.</param>
/// <param name="Run">Does it; gets what follows the word and one space. Throws what the client throws.</param>
internal sealed record CommandEntry(
    string Name, string Arguments, string Summary, bool TakesUser, Func<ChatClient, string, Task<CommandOutcome>> Run);
