using System.Runtime.InteropServices;
using InternalChat.Storage.Sqlite;

namespace InternalChat.Server.CommandLine.Database;

/// <summary>
/// Work that leaves nothing half done when it is interrupted (Ctrl-C, SIGTERM, a terminal that is closed): it is cancelled and may tidy up.
/// </summary>
internal static class Interruption
{
    /// <exception cref="DatabaseException">It was interrupted, or it failed.</exception>
    public static T Allow<T>(Func<CancellationToken, T> work)
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
