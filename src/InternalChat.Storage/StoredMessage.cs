namespace InternalChat.Storage;

/// <summary>
/// One stored message. The spans point into the reader's memory and are valid only during
/// <see cref="IStoredMessageSink.Accept"/>.
/// </summary>
public readonly ref struct StoredMessage
{
    /// <summary>The message's id.</summary>
    public required long Id { get; init; }

    /// <summary>The sender's account id.</summary>
    public required long SenderId { get; init; }

    /// <summary>The sender's username in UTF-8; empty if the account is gone.</summary>
    public required ReadOnlySpan<byte> Sender { get; init; }

    /// <summary>Unix seconds, UTC.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>
    /// The body in UTF-8, byte for byte as it was appended. At most 4,096 bytes, except for messages of the original server.
    /// </summary>
    public required ReadOnlySpan<byte> Body { get; init; }
}

/// <summary>Takes messages from <see cref="IStoreReader.Read"/>, on the reader's thread.</summary>
public interface IStoredMessageSink
{
    /// <summary>
    /// Takes one message. An exception ends the reading and reaches its caller; the cursor is then good for nothing more, the reader is.
    /// </summary>
    /// <returns>false: this message was taken, stop after it.</returns>
    bool Accept(in StoredMessage message);
}
