using System.Diagnostics;

namespace InternalChat.Flood.Measurement;

/// <summary>
/// When each command of an open loop is due. Clients take turns, so each has a phase of its own and the whole is even: no bursts.
/// Immutable.
/// </summary>
internal sealed class SendSchedule
{
    private readonly Step[] _steps;

    /// <summary>At one rate.</summary>
    /// <param name="start">Stopwatch ticks of the first command.</param>
    /// <param name="perSecond">Over all clients.</param>
    /// <param name="clients">How many take turns.</param>
    internal SendSchedule(long start, double perSecond, int clients)
        : this([(start, perSecond)], clients)
    {
    }

    /// <summary>At one rate after another.</summary>
    /// <param name="rates">From which time on, in Stopwatch ticks, how many a second over all clients; the last one has no end.</param>
    /// <param name="clients">How many take turns.</param>
    internal SendSchedule(IReadOnlyList<(long From, double PerSecond)> rates, int clients)
    {
        Clients = clients;
        _steps = new Step[rates.Count];
        for (var i = 0; i < _steps.Length; i++)
        {
            var (from, perSecond) = rates[i];
            _steps[i] = new Step(from, Stopwatch.Frequency / perSecond, i == 0 ? 0 : _steps[i - 1].FirstIndexFrom(from));
        }
    }

    internal int Clients { get; }

    /// <summary>How many commands there are in all.</summary>
    internal long Count { get; init; } = long.MaxValue;

    /// <summary>
    /// When command <paramref name="index"/> of the whole load is due, in Stopwatch ticks; never where there are not so many.
    /// </summary>
    internal long DueAt(long index)
    {
        if (index >= Count)
            return long.MaxValue;
        var step = _steps.Length - 1;
        while (_steps[step].FirstIndex > index)
            step--;
        return _steps[step].DueAt(index);
    }

    /// <summary>Who sends command <paramref name="index"/> of the whole load.</summary>
    internal int ClientOf(long index) => (int)(index % Clients);

    /// <param name="From">In Stopwatch ticks, as the next.</param>
    /// <param name="Interval">Between two commands.</param>
    /// <param name="FirstIndex">Of the command that is due when the step begins.</param>
    private readonly record struct Step(long From, double Interval, long FirstIndex)
    {
        // What is due exactly when the next step begins is the next step's; so is what rounding puts a tick before.
        private const double Rounding = 1e-6;

        internal long DueAt(long index)
        {
            // At a very low rate further away than the clock can count.
            var passed = (index - FirstIndex) * Interval;
            return passed < long.MaxValue - From ? From + (long)passed : long.MaxValue;
        }

        internal long FirstIndexFrom(long time) => FirstIndex + (long)Math.Ceiling(((time - From) / Interval) - Rounding);
    }
}
