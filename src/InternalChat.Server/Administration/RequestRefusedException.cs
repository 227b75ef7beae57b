namespace InternalChat.Server.Administration;

/// <summary>What an operator asked for is not done: thrown where it is decided, and again where the operator hears of it.</summary>
/// <param name="status">Of the HTTP reply.</param>
/// <param name="code">For programs.</param>
/// <param name="message">One sentence for people.</param>
internal sealed class RequestRefusedException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;
}
