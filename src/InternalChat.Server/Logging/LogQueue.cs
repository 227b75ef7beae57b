namespace InternalChat.Server.Logging;

/// <summary>
/// Lines that wait to be written, in their order. Whoever adds one never waits: when there is no room for it, it is dropped and counted.
/// After a drop, ordinary lines are let in again when half of their room is free, so that gaps are few; at the place where they go on, an
/// entry says how many are missing. Important lines have room besides that ordinary ones cannot take. Thread-safe.
/// </summary>
/// <param name="ordinary">Room for all lines.</param>
/// <param name="reserve">Room for important lines above that.</param>
internal sealed class LogQueue(LogRoom ordinary, LogRoom reserve)
{
    private readonly Queue<LogQueueEntry> _entries = new();
    private readonly LogRoom _all = new(ordinary.Lines + reserve.Lines, ordinary.Characters + reserve.Characters);
    private readonly LogRoom _half = new(ordinary.Lines / 2, ordinary.Characters / 2);
    private int _characters;
    private long _dropped;
    private long _untold;
    private bool _isFull;
    private bool _isComplete;

    /// <summary>Lines that were dropped since the start.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds a line.</summary>
    /// <returns>False if it was dropped.</returns>
    public bool TryAdd(string line, bool isImportant)
    {
        lock (_entries)
        {
            var isLetIn = !_isComplete && (isImportant || !_isFull)
                && (isImportant ? _all : ordinary).Holds(_entries.Count + 1, _characters + line.Length);
            if (isLetIn)
            {
                _characters += line.Length;
                _entries.Enqueue(new LogQueueEntry(line, Missing: 0));
            }
            else
            {
                _isFull = true;
                _untold++;
                Interlocked.Increment(ref _dropped);
            }

            Monitor.Pulse(_entries);
            return isLetIn;
        }
    }

    /// <summary>Nothing is let in from here on; what waits is still taken.</summary>
    public void Complete()
    {
        lock (_entries)
        {
            _isComplete = true;
            Monitor.Pulse(_entries);
        }
    }

    /// <summary>Takes the next entry, and waits for it. For one thread.</summary>
    /// <returns>False if there will be none.</returns>
    public bool TryTake(out LogQueueEntry entry)
    {
        lock (_entries)
        {
            while (true)
            {
                if (_isFull && _half.Holds(_entries.Count, _characters))
                {
                    _isFull = false;
                    _entries.Enqueue(new LogQueueEntry(Line: null, _untold));
                    _untold = 0;
                }

                if (_entries.TryDequeue(out entry))
                {
                    _characters -= entry.Line?.Length ?? 0;
                    return true;
                }

                if (_isComplete)
                    return false;
                Monitor.Wait(_entries);
            }
        }
    }
}

/// <summary>What a <see cref="LogQueue"/> holds.</summary>
/// <param name="Line">Null for a gap.</param>
/// <param name="Missing">Lines that are missing in the gap.</param>
internal readonly record struct LogQueueEntry(string? Line, long Missing);

/// <summary>How much may wait in a <see cref="LogQueue"/>.</summary>
/// <param name="Lines">So many lines.</param>
/// <param name="Characters">So many characters in them, 2 bytes each.</param>
internal readonly record struct LogRoom(int Lines, int Characters)
{
    public bool Holds(int lines, int characters) => lines <= Lines && characters <= Characters;
}
