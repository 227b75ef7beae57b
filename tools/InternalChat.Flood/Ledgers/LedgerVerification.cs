using System.Collections.Concurrent;
using InternalChat.Client;
using InternalChat.Flood.Connections;

namespace InternalChat.Flood.Ledgers;

/// <summary>Asks a server whether it still has every message of a ledger.</summary>
internal sealed class LedgerVerification(Ledger ledger, ConnectionFactory connections)
{
    private const int RecipientsAtATime = 16;

    /// <exception cref="ChatException">A recipient cannot log in, or its connection ended before the server had answered.</exception>
    internal async Task<LedgerVerdict> RunAsync(CancellationToken cancellationToken)
    {
        var verdicts = new ConcurrentBag<LedgerVerdict>();
        var limits = new ParallelOptions { MaxDegreeOfParallelism = RecipientsAtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            ledger.Acknowledged, limits, async (recipient, token) => verdicts.Add(await AskAsync(recipient.Key, recipient.Value, token)));
        return LedgerVerdict.Sum(verdicts);
    }

    private async Task<LedgerVerdict> AskAsync(
        string recipient, IReadOnlyList<AcknowledgedMessage> messages, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(recipient, dueAt: null, cancellationToken);
        await using var cancellation = cancellationToken.Register(() => _ = connection.DisposeAsync().AsTask());
        var verification = new RecipientVerification(connection, messages);
        try
        {
            await connection.RunAsync(verification);
        }
        catch (ChatConnectionException) when (verification.IsComplete || cancellationToken.IsCancellationRequested)
        {
            // All is answered, or nobody wants to know any more.
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!verification.IsComplete)
            throw new ChatConnectionException($"the server closed the connection of {recipient} before it had answered");
        return Verdict(recipient, messages, verification);
    }

    private LedgerVerdict Verdict(string recipient, IReadOnlyList<AcknowledgedMessage> messages, RecipientVerification verification) => new(
        messages.Count(message => verification.Pending.Contains(message.Id)),
        messages.Count(message => !verification.Pending.Contains(message.Id) && verification.Stored.Contains(message.Id)),
        messages.Count(message => verification.Stored.Contains(message.Id)
            && !verification.Pending.Contains(message.Id) && !ledger.Received.Contains(message.Id)),
        [.. verification.Lost.Select(message => new LostMessage(message.Id, message.Sender, recipient))],
        verification.Refusals);
}

/// <summary>An acknowledged message that the server does not have.</summary>
internal readonly record struct LostMessage(long Id, string Sender, string Recipient);

/// <summary>What became of acknowledged messages.</summary>
/// <param name="Pending">Arrived at the login of their recipients.</param>
/// <param name="Stored">The others that the server has.</param>
/// <param name="Unseen">Of these, those that had not arrived during the run either.</param>
/// <param name="Lost">The server does not have them; by id.</param>
/// <param name="Refusals">READs that the server did not decide, by error code.</param>
internal sealed record LedgerVerdict(
    int Pending, int Stored, int Unseen, IReadOnlyList<LostMessage> Lost, IReadOnlyDictionary<string, int> Refusals)
{
    internal static LedgerVerdict Sum(IReadOnlyCollection<LedgerVerdict> parts) => new(
        parts.Sum(part => part.Pending),
        parts.Sum(part => part.Stored),
        parts.Sum(part => part.Unseen),
        [.. parts.SelectMany(part => part.Lost).OrderBy(message => message.Id)],
        parts.SelectMany(part => part.Refusals)
            .GroupBy(refusal => refusal.Key)
            .ToDictionary(code => code.Key, code => code.Sum(refusal => refusal.Value)));
}
