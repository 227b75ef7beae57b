using InternalChat.Protocol;

namespace InternalChat.Client;

/// <summary>Anything that goes wrong between this client and a server. The message is a sentence for people.</summary>
public class ChatException : Exception
{
    /// <summary>With a sentence for people, and what caused it where something did.</summary>
    public ChatException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>The server cannot be reached, or the connection to it is gone. Trying again later may help.</summary>
public sealed class ChatConnectionException : ChatException
{
    /// <summary>With a sentence for people, and what caused it where something did.</summary>
    public ChatConnectionException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>The peer does not speak this protocol, or broke it. Trying again will not help.</summary>
public sealed class ChatProtocolException : ChatException
{
    /// <summary>With a sentence for people.</summary>
    public ChatProtocolException(string message)
        : base(message)
    {
    }
}

/// <summary>The server refused a command with <c>ERROR &lt;code&gt; &lt;reason&gt;</c>. The connection goes on.</summary>
public sealed class CommandRejectedException : ChatException
{
    /// <summary>With what the server said.</summary>
    public CommandRejectedException(ErrorCode code, string reason)
        : base(reason)
    {
        Code = code;
    }

    /// <summary>Why, for programs. <see cref="Exception.Message"/> is why, for people.</summary>
    public ErrorCode Code { get; }
}
