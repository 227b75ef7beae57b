using System.Runtime.InteropServices;

namespace InternalChat.Flood.Options;

/// <summary>
/// Ctrl-C, SIGTERM, and SIGHUP of a terminal that is gone: the first ends the load in order, however long what is under way takes; a
/// second one ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly PosixSignalRegistration[] _signals;
    private readonly TextWriter _errors;
    private int _count;

    internal Interruption(TextWriter errors)
    {
        _errors = errors;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, End),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, End),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, End),
        ];
    }

    /// <summary>Cancelled by the first.</summary>
    internal CancellationToken Token => _cancellation.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _cancellation.Dispose();
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            _errors.WriteLine("flood: ended at once, without a report");
            Environment.Exit(ExitStatus.Failure);
        }

        _errors.WriteLine("flood: ending, what is under way is waited for; once more ends at once");
        _cancellation.Cancel();
    }
}
