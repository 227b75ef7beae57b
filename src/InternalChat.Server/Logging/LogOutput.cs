namespace InternalChat.Server.Logging;

/// <summary>
/// Standard output, written to by one thread, so that a log that nobody reads, a full disk below it or a terminal that is gone stops
/// nobody else. What cannot be written is counted, and the count is written when lines go through again. Thread-safe.
/// </summary>
internal sealed class LogOutput : IDisposable
{
    // 2.5 MiB with the reserve: some seconds of a busy log, and minutes of warnings.
    private static readonly LogRoom Ordinary = new(Lines: 4_096, Characters: 1 << 20);
    private static readonly LogRoom Reserve = new(Lines: 1_024, Characters: 1 << 18);

    // What waits at the end is written if somebody reads it.
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);

    private readonly LogQueue _queue = new(Ordinary, Reserve);
    private readonly LogStream _stream;
    private readonly Func<long, string> _describeGap;
    private readonly Thread _writer;
    private long _failed;
    private long _untold;

    /// <param name="stream">Where lines go.</param>
    /// <param name="describeGap">The line for so many that are missing.</param>
    public LogOutput(LogStream stream, Func<long, string> describeGap)
    {
        _stream = stream;
        _describeGap = describeGap;
        _writer = new Thread(Write) { Name = "log", IsBackground = true };
        _writer.Start();
    }

    /// <summary>Lines that were dropped or could not be written since the start.</summary>
    public long Dropped => _queue.Dropped + Interlocked.Read(ref _failed);

    /// <summary>Has a line written, or drops it. Never waits.</summary>
    /// <param name="line">With its end.</param>
    /// <param name="isImportant">Whether it may use the reserve.</param>
    public void Add(string line, bool isImportant) => _queue.TryAdd(line, isImportant);

    /// <summary>Writes what waits, for two seconds at most. What is added from here on is dropped.</summary>
    public void Dispose()
    {
        _queue.Complete();
        _writer.Join(LastWait);
    }

    private void Write()
    {
        while (_queue.TryTake(out var entry))
        {
            _untold += entry.Missing;
            if (_untold > 0 && _stream.TryWrite(_describeGap(_untold)))
                _untold = 0;
            if (entry.Line is null || _stream.TryWrite(entry.Line))
                continue;
            _untold++;
            Interlocked.Increment(ref _failed);
        }
    }
}
