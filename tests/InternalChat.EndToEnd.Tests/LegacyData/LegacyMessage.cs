namespace InternalChat.EndToEnd.Tests.LegacyData;

/// <summary>A row of the original's messages table.</summary>
internal sealed record LegacyMessage(
    long Id, string Sender, string Recipient, string Body, long CreatedAt, long? DeliveredAt = null, long? ReadAt = null);
