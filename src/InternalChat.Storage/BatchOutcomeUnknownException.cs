namespace InternalChat.Storage;

/// <summary>
/// The end of a batch failed halfway in an unforeseen way: the batch may be durable while memory does not show it, or the other way round.
/// Nothing of the batch may be answered, and the process must end; the next start finds out what is stored.
/// </summary>
public sealed class BatchOutcomeUnknownException : Exception
{
    /// <summary>Says only that it happened.</summary>
    public BatchOutcomeUnknownException()
        : this("It is not known whether a batch was stored.")
    {
    }

    /// <summary>Says how it came about.</summary>
    public BatchOutcomeUnknownException(string message)
        : base(message)
    {
    }

    /// <summary>Says how it came about, and of what.</summary>
    public BatchOutcomeUnknownException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
