namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>The database could not be opened. <see cref="Exception.Message"/> is one clear line for the operator.</summary>
/// <remarks>A file that is refused is left as it was, byte for byte.</remarks>
public sealed class DatabaseException : Exception
{
    /// <summary>Makes the exception without a text.</summary>
    public DatabaseException()
    {
    }

    /// <summary>Makes the exception with one line for the operator.</summary>
    public DatabaseException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with one line for the operator and the failure beneath.</summary>
    public DatabaseException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What went wrong and the failure beneath, in one line whatever the failure says.</summary>
    internal static DatabaseException Because(string what, Exception failure) =>
        new($"{what}: {failure.Message.ReplaceLineEndings(" ")}", failure);
}
