using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>A value that is set by orders of which some are under way, some lost and some refused: what it may be at a time.</summary>
internal sealed class Register<TValue>(TValue first)
{
    private readonly List<Write> _writes = [];

    /// <summary>An order that is asked for.</summary>
    /// <param name="value">What it sets.</param>
    /// <param name="asked">When.</param>
    /// <param name="done">When it was confirmed; null as long as it is not.</param>
    /// <param name="isRefused">Whether it is known to have had no effect.</param>
    public void Add(TValue value, Moment asked, Func<Moment?> done, Func<bool> isRefused) =>
        _writes.Add(new Write(value, asked, done, isRefused));

    /// <summary>All values that it may have had at some moment of an interval.</summary>
    public HashSet<TValue> Between(Moment from, Moment to)
    {
        HashSet<TValue> values = [first];
        foreach (var write in _writes)
        {
            if (write.Asked > to)
                break;
            if (write.IsRefused())
                continue;
            if (write.Done() is { } done && done < from)
                values.Clear();
            values.Add(write.Value);
        }

        return values;
    }

    private sealed record Write(TValue Value, Moment Asked, Func<Moment?> Done, Func<bool> IsRefused);
}
