using System.Net.Sockets;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>Kills the server when so many messages are acknowledged, or at the latest when told to.</summary>
internal sealed class KillSwitch(ServerProcess server, MessageLedger ledger, int acknowledgements) : IDisposable
{
    private readonly TaskCompletionSource _due = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task WhenDueAsync()
    {
        await _due.Task;
        await server.KillAsync();
    }

    public void IfDue()
    {
        if (ledger.Acknowledged >= acknowledgements)
            _due.TrySetResult();
    }

    public void Now() => _due.TrySetResult();

    /// <summary>True where a client's connection broke because the server was killed, and for no other reason.</summary>
    public bool IsConsequence(Exception failure) =>
        _due.Task.IsCompleted && failure is EndOfStreamException or IOException or SocketException;

    public void Dispose() => _due.TrySetResult();
}
