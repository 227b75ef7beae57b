using System.Text;

namespace InternalChat.Flood.Scenarios.Message;

/// <summary>Somebody to send to. Immutable; all senders share it.</summary>
internal sealed class MessageRecipient(int number, string account)
{
    internal int Number { get; } = number;

    internal string Account { get; } = account;

    internal byte[] Name { get; } = Encoding.ASCII.GetBytes(account);

    /// <summary>What stands before the body.</summary>
    internal byte[] Command { get; } = Encoding.ASCII.GetBytes($"MSG {account} ");
}
