using System.Collections.Concurrent;

namespace InternalChat.TestKit.Sockets;

/// <summary>Remembers the passwords and bodies that clients sent, to prove that the server's output holds none of them.</summary>
public sealed class SecretLedger
{
    // Shorter texts ("hello") would be found in innocent log lines.
    private const int ShortestTellingText = 12;
    private const int MostBodies = 2_000;
    private const int PrefixLength = 48;

    private readonly ConcurrentDictionary<string, byte> _passwords = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte> _bodies = new(StringComparer.Ordinal);

    /// <summary>Takes note of what a client's line must not reveal.</summary>
    public void RecordLine(string line)
    {
        if (line.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase) && line.Split(' ') is [_, _, var password])
            Record(_passwords, password);
        else if (line.StartsWith("MSG ", StringComparison.OrdinalIgnoreCase) && _bodies.Count < MostBodies
            && line.Split(' ', 3) is [_, _, var body])
            Record(_bodies, body);
    }

    /// <summary>The secrets that the text holds, each named by its kind.</summary>
    public IReadOnlyList<string> FindIn(string text) =>
    [
        .. _passwords.Keys.Where(secret => text.Contains(secret, StringComparison.Ordinal)).Select(secret => $"password '{secret}'"),
        .. _bodies.Keys.Where(secret => text.Contains(secret, StringComparison.Ordinal)).Select(secret => $"body '{secret}'"),
    ];

    private static void Record(ConcurrentDictionary<string, byte> ledger, string text)
    {
        if (text.Length >= ShortestTellingText)
            ledger.TryAdd(text.Length > PrefixLength ? text[..PrefixLength] : text, 0);
    }
}
