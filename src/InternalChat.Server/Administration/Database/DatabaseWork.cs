using System.Diagnostics;
using System.Runtime.InteropServices;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server.Administration.Database;

/// <summary>How the commands of <c>db</c> do long work on a database, perhaps beside a server that has it.</summary>
internal static class DatabaseWork
{
    /// <summary>
    /// From here on what a server wants of the processor comes first. On Linux that is niceness 10 of the thread that the program began on,
    /// which is the one that works.
    /// </summary>
    public static void GiveWay()
    {
        using var process = Process.GetCurrentProcess();
        // One that somebody has made nicer still may not be raised.
        if (process.PriorityClass == ProcessPriorityClass.Normal)
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
    }

    /// <summary>
    /// Does work that is cancelled when it is interrupted (Ctrl-C, SIGTERM, a terminal that is closed) and leaves nothing half done.
    /// </summary>
    /// <exception cref="DatabaseException">It was interrupted, or it failed.</exception>
    public static T Run<T>(Func<CancellationToken, T> work)
    {
        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Cancel);
        try
        {
            return work(interrupted.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw new DatabaseException("Interrupted; nothing was changed.", exception);
        }

        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = true;
            interrupted.Cancel();
        }
    }
}
