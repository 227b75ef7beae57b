using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>A value that is set by orders of which some overlap, some are lost and some refused: what it may be at a time.</summary>
internal sealed class Register<TValue>(TValue first)
{
    private readonly List<Write> _writes = [];

    /// <summary>An order that is asked for.</summary>
    /// <param name="value">What it sets.</param>
    /// <param name="asked">When.</param>
    /// <param name="confirmed">When it was confirmed; null as long as it is not.</param>
    /// <param name="over">Without a confirmation: when it certainly has no effect any more that it has not had; null if it may.</param>
    /// <param name="isRefused">Whether it is known to have had no effect.</param>
    public void Add(TValue value, Moment asked, Func<Moment?> confirmed, Func<Moment?> over, Func<bool> isRefused) =>
        _writes.Add(new Write(value, asked, confirmed, over, isRefused));

    /// <summary>All values that it may have had at some moment of an interval.</summary>
    public HashSet<TValue> Between(Moment from, Moment to)
    {
        var writes = _writes.FindAll(write => write.Asked < to && !write.IsRefused());
        var certain = writes.FindAll(write => write.Confirmed() < from);
        var values = new HashSet<TValue>();
        if (certain.Count == 0)
            values.Add(first);
        foreach (var write in writes)
        {
            var end = write.Confirmed() ?? write.Over();
            if (!certain.Exists(later => end < later.Asked))
                values.Add(write.Value);
        }

        return values;
    }

    private sealed record Write(TValue Value, Moment Asked, Func<Moment?> Confirmed, Func<Moment?> Over, Func<bool> IsRefused);
}
