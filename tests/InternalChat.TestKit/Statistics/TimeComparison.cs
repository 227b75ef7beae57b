using System.Diagnostics;
using System.Numerics;

namespace InternalChat.TestKit.Statistics;

/// <summary>
/// Whether several things take equally long, by rounds in which each is done once, in random order. A machine that is slow for a while is
/// slow for all of a round, so only times of one round are compared with each other: by the sign test, which asks how often the one took
/// longer than the other, and not by how much.
/// </summary>
/// <remarks>
/// A difference is reported if one thing took longer than the first by more than the tolerance, or was quicker by as much, in so many
/// rounds that things which differ by less would do so with a probability of at most <see cref="FalsePositiveRate"/> for each of the two
/// directions. That holds whatever the distribution of the times is, and so on every machine under any load.
/// </remarks>
/// <param name="names">What is compared; each with the first.</param>
/// <param name="seed">Of the order within the rounds.</param>
public sealed class TimeComparison(IReadOnlyList<string> names, int seed)
{
    /// <summary>
    /// How likely it is that one comparison in one direction reports a difference that is none. Fewer than 30 rounds report nothing.
    /// </summary>
    public const double FalsePositiveRate = 1e-9;

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, List<TimeSpan>> _times = names.ToDictionary(static name => name, static _ => new List<TimeSpan>());

    public int Rounds { get; private set; }

    /// <summary>Measures each once.</summary>
    /// <param name="measure">Does what has this name, and says how long that took.</param>
    public async Task RoundAsync(Func<string, Task<TimeSpan>> measure)
    {
        var order = names.ToArray();
        _random.Shuffle(order);
        foreach (var name in order)
            _times[name].Add(await measure(name));
        Rounds++;
    }

    /// <summary>What differs from the first by more than the tolerance, a line each; empty where nothing is found.</summary>
    /// <param name="tolerance">A part of the time, such as 0.1.</param>
    public IReadOnlyList<string> Differences(double tolerance)
    {
        var first = _times[names[0]];
        return
        [
            .. from name in names.Skip(1)
               let pairs = first.Zip(_times[name]).ToList()
               let slower = pairs.Count(pair => pair.Second > pair.First * (1 + tolerance))
               let quicker = pairs.Count(pair => pair.First > pair.Second * (1 + tolerance))
               where ProbabilityOfHeads(slower, Rounds) <= FalsePositiveRate || ProbabilityOfHeads(quicker, Rounds) <= FalsePositiveRate
               select $"{name}: slower than {names[0]} in {slower} of {Rounds} rounds, quicker in {quicker}; "
                   + $"medians {Median(_times[name])} and {Median(first)}"
        ];
    }

    public override string ToString() =>
        string.Join(", ", names.Select(name => $"{name} {Median(_times[name]).TotalMilliseconds:F3} ms"));

    /// <summary>How likely it is that so many tosses of a coin, or more, are heads.</summary>
    public static double ProbabilityOfHeads(int heads, int tosses)
    {
        Debug.Assert(heads >= 0 && heads <= tosses, "There are no more heads than tosses.");
        var (ways, sum) = (BigInteger.One, BigInteger.Zero);
        for (var tails = 0; tails <= tosses - heads; tails++)
        {
            sum += ways;
            ways = ways * (tosses - tails) / (tails + 1);
        }

        return Math.Exp(BigInteger.Log(sum) - (tosses * Math.Log(2)));
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAtOrDefault(times.Count / 2);
}
