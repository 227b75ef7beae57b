namespace InternalChat.Storage;

/// <summary>
/// Something could not be stored or read (disk full, I/O error, locked file). On the writer the batch that was open has already been
/// rolled back, so nothing of it is stored and its ids are given back; the next batch works when the disk does.
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
