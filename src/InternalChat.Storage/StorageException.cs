namespace InternalChat.Storage;

/// <summary>
/// The store could not write or read: it is full, failing or out of reach. On the writer the batch that was open has already been rolled
/// back, so nothing of it is stored; the next batch works if the store does.
/// </summary>
public sealed class StorageException : Exception
{
    /// <summary>Makes the exception without a text.</summary>
    public StorageException()
    {
    }

    /// <summary>Makes the exception with what failed.</summary>
    public StorageException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with what failed and the failure beneath.</summary>
    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
