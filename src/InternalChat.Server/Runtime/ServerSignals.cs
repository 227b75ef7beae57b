using System.Runtime.InteropServices;
using InternalChat.Server.Logging;

namespace InternalChat.Server.Runtime;

/// <summary>
/// What signals do to a server, from before its database is opened: SIGHUP reads the settings again, some end it in order as SIGTERM does,
/// which is the host's, and those that mean nothing here are ignored with a line in the log, rather than ending it at once as the system
/// would. Signals that tell of a defect (SIGSEGV, SIGABRT, SIGSYS and the like) keep their meaning. Thread-safe.
/// </summary>
internal sealed partial class ServerSignals : IDisposable
{
    // Linux's numbers, for which .NET has no names: https://man7.org/linux/man-pages/man7/signal.7.html
    private const int FileSizeExceeded = 25;
    private const int LastRealTime = 64;

    private static readonly Dictionary<int, string> Meaningless = new()
    {
        [10] = "SIGUSR1",
        [12] = "SIGUSR2",
        [14] = "SIGALRM",
        [16] = "SIGSTKFLT",
        [26] = "SIGVTALRM",
        [27] = "SIGPROF",
        [29] = "SIGIO",
    };

    private static readonly Dictionary<int, string> Ends = new() { [24] = "SIGXCPU", [30] = "SIGPWR" };

    // A timer of a profiler sends hundreds a second.
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Dictionary<int, long> _toldAt = [];
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Action? _reload;
    private bool _reloadIsDue;

    private ServerSignals(TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
    }

    /// <summary>Begins: from here on a signal that means nothing does nothing, and SIGHUP waits for <see cref="ReloadBy"/>.</summary>
    public static ServerSignals Take(TimeProvider time, ILogger logger)
    {
        var signals = new ServerSignals(time, logger);
        signals.On((int)PosixSignal.SIGHUP, signals.HangUp);
        if (!OperatingSystem.IsLinux())
            return signals;
        foreach (var (number, name) in Meaningless)
            signals.On(number, () => signals.Once(number, () => ServerLog.SignalIgnored(logger, name)));
        // The first is the runtime's, which stops threads by it.
        for (var number = FirstRealTime() + 1; number <= LastRealTime; number++)
        {
            var (signal, name) = (number, $"SIGRTMIN+{number - FirstRealTime()}");
            signals.On(signal, () => signals.Once(signal, () => ServerLog.SignalIgnored(logger, name)));
        }

        signals.On(FileSizeExceeded, () => signals.Once(FileSizeExceeded, () => ServerLog.FileSizeExceeded(logger)));
        return signals;
    }

    /// <summary>Has SIGHUP read the settings again; at once, if it has come already.</summary>
    public void ReloadBy(Action reload)
    {
        lock (_gate)
        {
            _reload = reload;
            if (!_reloadIsDue)
                return;
        }

        reload();
    }

    /// <summary>Has the signals that ask for an end end the server in order. Until then they end the program, as the system does.</summary>
    public void EndBy(Action end)
    {
        if (!OperatingSystem.IsLinux())
            return;
        foreach (var (number, name) in Ends)
        {
            On(number, () =>
            {
                ServerLog.SignalEnds(_logger, name);
                end();
            });
        }
    }

    public void Dispose() => _registrations.ForEach(static registration => registration.Dispose());

    private void On(int signal, Action act) => _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
    {
        // Or it would end the program.
        context.Cancel = true;
        act();
    }));

    private void HangUp()
    {
        Action? reload;
        lock (_gate)
        {
            reload = _reload;
            _reloadIsDue = reload is null;
        }

        reload?.Invoke();
    }

    private void Once(int signal, Action tell)
    {
        lock (_gate)
        {
            if (_toldAt.TryGetValue(signal, out var toldAt) && _time.GetElapsedTime(toldAt) < BetweenLines)
                return;
            _toldAt[signal] = _time.GetTimestamp();
        }

        tell();
    }

    // It differs between C libraries.
    [LibraryImport("libc", EntryPoint = "__libc_current_sigrtmin")]
    private static partial int FirstRealTime();
}
