using InternalChat.Engine;

namespace InternalChat.Server.Hosting;

/// <summary>
/// Collects all garbage and gives its memory back when many have come or gone and it has become quiet. Messages allocate nothing, so what
/// thousands of logins have left behind would stay until the next thousands come: a third of what a connection takes.
/// </summary>
/// <remarks>
/// Everybody waits meanwhile, some 4 to 8 ms for each thousand connections. Hence only where the server does next to nothing, and never
/// where so many are connected that they alone keep it busier than that.
/// </remarks>
internal sealed class QuietCollection : IDisposable
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Of the processor between two looks, a fiftieth of a core; a server that does less is quiet.</summary>
    public static readonly TimeSpan QuietTime = Interval / 50;

    /// <summary>So many came or went: fewer are not worth a collection.</summary>
    public const int Many = 400;

    /// <summary>And one for so many who are connected, for all of them wait.</summary>
    public const int ConnectedForEach = 4;

    private readonly Func<TimeSpan> _processorTime;
    private readonly Func<long> _turnover;
    private readonly Func<int> _connected;
    private readonly Action _collect;
    private readonly RepeatingTimer _timer;
    private TimeSpan _lastProcessorTime;
    private long _collectedTurnover;

    /// <param name="time">For the looks, which come one at a time on the pool.</param>
    /// <param name="processorTime">What the process has used of it since its start.</param>
    /// <param name="turnover">How many connections have come and gone since the start.</param>
    /// <param name="connected">Connections now.</param>
    /// <param name="collect">Collects.</param>
    /// <param name="logger">Where trouble goes.</param>
    public QuietCollection(
        TimeProvider time, Func<TimeSpan> processorTime, Func<long> turnover, Func<int> connected, Action collect, ILogger logger)
    {
        _processorTime = processorTime;
        _turnover = turnover;
        _connected = connected;
        _collect = collect;
        _lastProcessorTime = processorTime();
        _timer = new RepeatingTimer(time, static () => Interval, Look, "The look for a quiet moment", logger);
    }

    /// <summary>Collects what the start has left behind, a tenth of an idle server's memory, and then whenever it is due.</summary>
    public static QuietCollection Start(ChatEngine engine, TimeProvider time, ILogger logger)
    {
        ProcessMemory.GiveBack();
        return new QuietCollection(
            time,
            static () => Environment.CpuUsage.TotalTime,
            () => engine.ConnectionTurnover,
            () => engine.ConnectionCount,
            ProcessMemory.GiveBack,
            logger);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var processorTime = _processorTime();
        var isQuiet = processorTime - _lastProcessorTime < QuietTime;
        _lastProcessorTime = processorTime;
        var turnover = _turnover();
        if (isQuiet && turnover - _collectedTurnover >= Math.Max(Many, _connected() / ConnectedForEach))
        {
            _collect();
            _collectedTurnover = turnover;
        }
    }
}
