namespace InternalChat.Server.Hosting;

/// <summary>
/// How the process ends when it must not go on: what led to it reaches the log, and then it aborts, so that the service manager starts it
/// anew. Also sees to it that an exception which would end the process by itself, on any thread, is in the log.
/// </summary>
internal sealed class ProcessEnd : IDisposable
{
    /// <summary>A log that takes no more lines must not keep the process.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    private readonly ILoggerFactory _logging;
    private readonly ILogger _logger;

    /// <param name="logging">Takes lines until the end; it is disposed then, which writes what waits.</param>
    /// <param name="logger">For the last line.</param>
    public ProcessEnd(ILoggerFactory logging, ILogger logger)
    {
        _logging = logging;
        _logger = logger;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
    }

    public void Dispose() => AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;

    /// <summary>Ends the process by SIGABRT, without letting anything finish. Does not return.</summary>
    /// <param name="reason">For standard error; the caller has logged the cause.</param>
    /// <param name="cause">What happened.</param>
    public void Now(string reason, Exception cause)
    {
        FlushLog();
        Environment.FailFast(reason, cause);
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs happened)
    {
        ServerLog.ProcessFails(_logger, happened.ExceptionObject as Exception);
        FlushLog();
    }

    private void FlushLog() => Task.Run(_logging.Dispose).ContinueWith(static _ => { }, TaskScheduler.Default).Wait(FlushTimeout);
}
