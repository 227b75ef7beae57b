using System.Globalization;

namespace InternalChat.BenchRunner.Host;

/// <summary>How busy the whole machine is, from the kernel's counters; all 0 on systems that have no /proc.</summary>
/// <param name="LoadAverage">Over the last minute.</param>
/// <param name="Busy">Ticks that processors worked, for whomever.</param>
/// <param name="Stolen">Ticks that the hypervisor gave to other machines.</param>
/// <param name="Total">All ticks.</param>
internal readonly record struct SystemLoad(double LoadAverage, long Busy, long Stolen, long Total)
{
    private const string Counters = "/proc/stat";

    internal static SystemLoad Take()
    {
        if (!File.Exists(Counters))
            return default;
        // cpu user nice system idle iowait irq softirq steal …: guests are counted in user too.
        var ticks = File.ReadLines(Counters).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8)
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        var load = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
        return new SystemLoad(load, ticks.Sum() - ticks[3] - ticks[4] - ticks[7], ticks[7], ticks.Sum());
    }

    /// <summary>Share of the processors that worked since, in percent.</summary>
    internal double BusyPercentSince(SystemLoad earlier) => Percent(Busy - earlier.Busy, earlier);

    /// <summary>Share of the processors that was taken away since, in percent.</summary>
    internal double StolenPercentSince(SystemLoad earlier) => Percent(Stolen - earlier.Stolen, earlier);

    private double Percent(long ticks, SystemLoad earlier) => Total > earlier.Total ? 100.0 * ticks / (Total - earlier.Total) : 0;
}
