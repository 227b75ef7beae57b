using InternalChat.Engine;
using InternalChat.Engine.Threads;

namespace InternalChat.Server.Tuning;

/// <summary>
/// Collects all garbage and gives its memory back once many connections have come or gone and the server is idle. Messages allocate
/// nothing, so what thousands of logins leave behind, a third of what a connection takes, would stay until the next thousands come.
/// </summary>
/// <remarks>
/// Everybody waits during a collection, some 4 to 8 ms for each thousand connections. It therefore happens only while the server does next
/// to nothing, and never when so many are connected that they alone keep it busier than that.
/// </remarks>
internal sealed class IdleGarbageCollection : IDisposable
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A server that uses less processor time than this between two looks, a fiftieth of a core, is idle.</summary>
    public static readonly TimeSpan IdleTime = Interval / 50;

    /// <summary>Minimum connection turnover worth a collection.</summary>
    public const int LeastTurnover = 400;

    /// <summary>The turnover must also reach one for this many connections, since all of them wait.</summary>
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
    public IdleGarbageCollection(
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
    public static IdleGarbageCollection Start(ChatEngine engine, TimeProvider time, ILogger logger)
    {
        ProcessMemory.GiveBack();
        return new IdleGarbageCollection(
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
        var isIdle = processorTime - _lastProcessorTime < IdleTime;
        _lastProcessorTime = processorTime;
        var turnover = _turnover();
        if (isIdle && turnover - _collectedTurnover >= Math.Max(LeastTurnover, _connected() / ConnectedForEach))
        {
            _collect();
            _collectedTurnover = turnover;
        }
    }
}
