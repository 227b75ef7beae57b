using System.Text;

namespace InternalChat.Storage.Contract;

/// <summary>A message as a reader has handed it over.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SenderId">Who sent it.</param>
/// <param name="Sender">The sender's name.</param>
/// <param name="CreatedAt">Unix seconds.</param>
/// <param name="Body">The text.</param>
public sealed record ReceivedMessage(long Id, long SenderId, string Sender, long CreatedAt, string Body);

/// <summary>Collects what it is given, and stops after so many messages at a time.</summary>
/// <param name="atOnce">How many it takes before it says stop.</param>
public sealed class ReceivingSink(int atOnce = int.MaxValue) : IStoredMessageSink
{
    /// <summary>What was handed over.</summary>
    public List<ReceivedMessage> Messages { get; } = [];

    /// <inheritdoc/>
    public bool Accept(in StoredMessage message)
    {
        Messages.Add(new ReceivedMessage(
            message.Id, message.SenderId, Encoding.UTF8.GetString(message.Sender), message.CreatedAt,
            Encoding.UTF8.GetString(message.Body)));
        return Messages.Count % atOnce != 0;
    }
}
