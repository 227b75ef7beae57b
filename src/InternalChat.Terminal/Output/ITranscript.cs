using InternalChat.Client;
using InternalChat.Protocol;

namespace InternalChat.Terminal.Output;

/// <summary>What the user gets to see. Called on the program's one thread.</summary>
internal interface ITranscript
{
    /// <summary>A message for this user.</summary>
    /// <param name="message">The message.</param>
    /// <param name="withId">Whether the user needs its id.</param>
    void Received(ChatMessage message, bool withId);

    /// <summary>A message is on its way; its state changes later.</summary>
    void Sending(SentMessage message);

    /// <summary>The state of a message has changed.</summary>
    void Changed(SentMessage message);

    /// <summary>A receipt for a message that was sent before this program was started.</summary>
    void Receipt(long messageId, SentState state, UserName? reader);

    void Presence(UserName user, bool online);

    void History(UserName with, UserName me, IReadOnlyList<ChatMessage> messages);

    /// <summary>Who is there when one comes.</summary>
    void Online(IReadOnlyList<UserName> users, UserName me);

    /// <summary>Who is there, and who has an account.</summary>
    void Users(UserList users, UserName me);

    /// <summary>The operator speaks.</summary>
    void Notice(string text);

    /// <summary>The program speaks: what it does, and what a command answered.</summary>
    void Note(string text);

    /// <summary>Something went wrong.</summary>
    void Error(string text);

    /// <summary>A line as it is, for what has its own form.</summary>
    void Line(StyledText line);
}
