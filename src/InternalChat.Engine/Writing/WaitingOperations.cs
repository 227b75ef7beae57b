using System.Runtime.InteropServices;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;

namespace InternalChat.Engine.Writing;

/// <summary>
/// Operations that the store has put off, each with what its session has behind it in the batch: they are the first of the next batch, in
/// their order. Writer only.
/// </summary>
internal sealed class WaitingOperations
{
    private readonly List<Operation> _operations = [];
    private readonly HashSet<Session> _sessions = [];

    public bool Any => _operations.Count > 0;

    /// <summary>Begins a batch with what has waited.</summary>
    /// <param name="batch">Has room for a whole batch, and so for all that can wait.</param>
    /// <returns>How many there are.</returns>
    public int MoveTo(Span<Operation> batch)
    {
        var count = _operations.Count;
        CollectionsMarshal.AsSpan(_operations).CopyTo(batch);
        _operations.Clear();
        return count;
    }

    /// <summary>Takes out of a batch what waits; the others move up.</summary>
    /// <param name="batch">The operations.</param>
    /// <param name="waiting">What the store says.</param>
    /// <returns>How many go.</returns>
    public int TakeFrom(Span<Operation> batch, IReadOnlyList<WaitingOperation> waiting)
    {
        if (waiting.Count == 0)
            return batch.Length;
        var (going, next) = (0, 0);
        for (var index = 0; index < batch.Length; index++)
        {
            var isPutOff = next < waiting.Count && waiting[next].Index == index;
            if (isPutOff)
                next++;
            if (isPutOff || IsBehindAnother(batch[index]))
                Add(batch[index]);
            else
                batch[going++] = batch[index];
        }

        batch[going..].Clear();
        _sessions.Clear();
        return going;
    }

    private bool IsBehindAnother(in Operation operation) => operation.HasSession && _sessions.Contains(operation.Session);

    private void Add(in Operation operation)
    {
        _operations.Add(operation);
        if (operation.HasSession)
            _sessions.Add(operation.Session);
    }
}
