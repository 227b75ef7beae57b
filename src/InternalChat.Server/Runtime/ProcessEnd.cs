using System.Diagnostics;
using InternalChat.Server.Logging;

namespace InternalChat.Server.Runtime;

/// <summary>
/// How the process ends when it must not go on: what led to it reaches the log, and then it aborts, so that the service manager starts it
/// anew. Also sees to it that an exception which would end the process by itself, on any thread, is in the log.
/// </summary>
internal sealed class ProcessEnd : IDisposable
{
    // For the runtime's account of it, and for a dump if one is asked for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConsoleLogging _console;
    private readonly ILogger _logger;

    /// <param name="console">Takes lines until the end; it is disposed then, which writes what waits.</param>
    /// <param name="logger">For the last line.</param>
    public ProcessEnd(ConsoleLogging console, ILogger logger)
    {
        _console = console;
        _logger = logger;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
    }

    public void Dispose() => AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;

    /// <summary>Ends the process by SIGABRT, without letting anything finish. Does not return.</summary>
    /// <param name="reason">For standard error; the caller has logged the cause.</param>
    /// <param name="cause">What happened.</param>
    public void Now(string reason, Exception cause)
    {
        BoundTheEnd();
        _console.Dispose();
        Environment.FailFast(reason, cause);
    }

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs happened)
    {
        BoundTheEnd();
        ServerLog.ProcessFails(_logger, happened.ExceptionObject as Exception);
        _console.Dispose();
    }

    /// <summary>
    /// Has the process end within ten seconds. The runtime first writes to standard error why it ends, and waits for ever if that is a
    /// pipe that nobody reads.
    /// </summary>
    private static void BoundTheEnd() => new Thread(static () =>
    {
        Thread.Sleep(Patience);
        using var process = Process.GetCurrentProcess();
        process.Kill();
    })
    {
        IsBackground = true,
    }.Start();
}
