namespace InternalChat.Benchmarks.Storage;

/// <summary>One row of <c>messages</c>, as the mappers take it.</summary>
/// <remarks>Public because Dapper.AOT silently leaves a list of internal objects to Dapper.</remarks>
public sealed class AppendedRow
{
    public long Id { get; set; }

    public long SenderId { get; set; }

    public long RecipientId { get; set; }

    public long CreatedAt { get; set; }

    public long PreviousInConversation { get; set; }

    public long PreviousInMailbox { get; set; }

    /// <summary>For those who bind text; decoding it is left out of what they are measured by.</summary>
    public string Body { get; set; } = "";

    /// <summary>The same as it comes from the socket.</summary>
    public ReadOnlyMemory<byte> Utf8Body { get; set; }
}
