namespace InternalChat.FailingServer;

/// <summary>
/// From when a file exists: fails at a thread's first look at the clock after another file was written. On the writer's thread and with its
/// write-ahead log, that is the moment right after a COMMIT, before anything in memory shows it.
/// </summary>
internal sealed class ClockThatFails(string startFile, string threadName, string writtenFile) : TimeProvider
{
    private DateTime _written;

    public override long GetTimestamp()
    {
        if (Thread.CurrentThread.Name == threadName)
            FailWhereWritten();
        return base.GetTimestamp();
    }

    private void FailWhereWritten()
    {
        var before = _written;
        _written = File.GetLastWriteTimeUtc(writtenFile);
        if (_written != before && File.Exists(startFile))
            throw new InvalidOperationException("Nobody thought of this.");
    }
}
