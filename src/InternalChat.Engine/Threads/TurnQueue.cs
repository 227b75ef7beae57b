using System.Diagnostics.CodeAnalysis;

namespace InternalChat.Engine.Threads;

/// <summary>
/// Work of one kind, by the user for whom it is. Users take turns, and one that has asked for nothing lately has its first turn before
/// the others have their next: so nobody waits for those who ask without end. Not thread-safe.
/// </summary>
/// <remarks>
/// A user that has had a turn keeps a place among the others until it comes round again and finds nothing to do, so asking anew right
/// after an answer does not make it new. When nothing waits, nobody has a place: there are no more than have asked since then.
/// </remarks>
internal sealed class TurnQueue<TWork>
{
    // Then one of the others has its turn, however many are new.
    private const int NewInARow = 16;

    private readonly Dictionary<long, Turn> _turns = [];
    private readonly Queue<Turn> _new = new();
    private readonly Queue<Turn> _others = new();
    private int _newInARow;

    /// <summary>What waits.</summary>
    public int Count { get; private set; }

    /// <summary>Adds work behind what waits of its user.</summary>
    /// <param name="user">An account's id; 0 for what is no user's, which has a turn of its own each time.</param>
    /// <param name="work">What is to be done.</param>
    public void Enqueue(long user, TWork work)
    {
        Count++;
        if (!_turns.TryGetValue(user, out var turn))
        {
            turn = new Turn(user, new Queue<TWork>());
            _new.Enqueue(turn);
            if (user != 0)
                _turns.Add(user, turn);
        }

        turn.Work.Enqueue(work);
    }

    /// <summary>Takes the work whose turn it is.</summary>
    /// <exception cref="InvalidOperationException">Nothing waits.</exception>
    public TWork Dequeue()
    {
        var turn = TakeTurn();
        var work = turn.Work.Dequeue();
        Count--;
        if (Count == 0)
            Forget();
        else if (turn.User != 0)
            _others.Enqueue(turn);
        return work;
    }

    private Turn TakeTurn()
    {
        if (_newInARow < NewInARow && _new.TryDequeue(out var turn))
        {
            _newInARow++;
            return turn;
        }

        _newInARow = 0;
        return TryTakeOther(out turn) || _new.TryDequeue(out turn) ? turn : throw new InvalidOperationException("Nothing waits.");
    }

    private bool TryTakeOther([NotNullWhen(true)] out Turn? turn)
    {
        while (_others.TryDequeue(out turn))
        {
            if (turn.Work.Count > 0)
                return true;
            _turns.Remove(turn.User);
        }

        return false;
    }

    private void Forget()
    {
        _turns.Clear();
        _new.Clear();
        _others.Clear();
        _newInARow = 0;
    }

    private sealed record Turn(long User, Queue<TWork> Work);
}
