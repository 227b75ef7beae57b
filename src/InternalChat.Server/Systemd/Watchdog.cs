using System.Globalization;
using InternalChat.Engine;
using InternalChat.Engine.Threads;

namespace InternalChat.Server.Systemd;

/// <summary>
/// Pings the service manager for as long as the engine's writer comes round: a server whose writer is stuck or dead accepts
/// connections and serves nobody, and is ended and started anew after <c>WatchdogSec</c>. Does nothing where the environment asks for no
/// pings.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private const string TimeVariable = "WATCHDOG_USEC";
    private const string ProcessVariable = "WATCHDOG_PID";

    // So often in the time that the manager waits; a ping is for a writer that came round since the look before.
    private const int LooksPerTimeout = 4;

    private readonly ServiceManager _manager;
    private readonly ChatEngine _engine;
    private readonly RepeatingTimer? _timer;

    public Watchdog(ServiceManager manager, ChatEngine engine, TimeProvider time, ILogger logger)
    {
        _manager = manager;
        _engine = engine;
        if (Timeout() / LooksPerTimeout is { } interval)
            _timer = new RepeatingTimer(time, () => interval, () => Look(interval), "The watchdog", logger);
    }

    public void Dispose() => _timer?.Dispose();

    private void Look(TimeSpan interval)
    {
        if (_engine.WriterSilence > interval)
            return;
        _manager.Alive($"{_engine.ConnectionCount} connections");
    }

    /// <summary>How long the manager waits for a ping of this process; null where it waits for none.</summary>
    private static TimeSpan? Timeout() =>
        ulong.TryParse(Environment.GetEnvironmentVariable(TimeVariable), CultureInfo.InvariantCulture, out var microseconds)
        && microseconds is > 0 and <= int.MaxValue * 1_000UL
        && (Environment.GetEnvironmentVariable(ProcessVariable) is not { } process
            || process == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;
}
