using System.Buffers;
using System.Globalization;
using System.Text.Unicode;

namespace InternalChat.Flood.Ledgers;

/// <summary>
/// Writes down what the server has acknowledged and handed over, for <see cref="LedgerVerification"/> in a later process. Callers only
/// copy a line into a pooled buffer; a thread of its own brings it to the file within about 50 ms, so that a run that is killed has told
/// all but its last moment. Any thread.
/// </summary>
/// <remarks>
/// <code>
/// A ID SENDER RECIPIENT    the sender got OK queued ID or DELIVERED ID
/// R ID RECIPIENT           the recipient got FROM ID
/// </code>
/// </remarks>
internal sealed class LedgerWriter : IDisposable
{
    private const int BufferBytes = 65_536;

    // Two names of at most 32 bytes, an id of 19 digits, and what is between.
    private const int MaxLineBytes = 96;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(40);

    private readonly Stream _file;
    private readonly Action<string> _fail;
    private readonly Lock _gate = new();
    private readonly Queue<Filled> _full = new();
    private readonly AutoResetEvent _wake = new(initialState: false);
    private readonly Thread _thread;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _used;
    private bool _isClosed;
    private bool _isBroken;

    /// <param name="file">Closed at the end.</param>
    /// <param name="fail">Told once, from the writing thread, when the file takes no more; the rest is dropped.</param>
    internal LedgerWriter(Stream file, Action<string> fail)
    {
        _file = file;
        _fail = fail;
        _thread = new Thread(Run) { IsBackground = true, Name = "ledger" };
        _thread.Start();
    }

    /// <summary>The sender was told that this message is stored.</summary>
    internal void Acknowledge(long id, ReadOnlySpan<byte> sender, ReadOnlySpan<byte> recipient)
    {
        lock (_gate)
        {
            if (!_isClosed && Utf8.TryWrite(Room(), CultureInfo.InvariantCulture, $"A {id} {sender} {recipient}\n", out var written))
                _used += written;
        }
    }

    /// <summary>This message arrived.</summary>
    internal void Receive(long id, ReadOnlySpan<byte> recipient)
    {
        lock (_gate)
        {
            if (!_isClosed && Utf8.TryWrite(Room(), CultureInfo.InvariantCulture, $"R {id} {recipient}\n", out var written))
                _used += written;
        }
    }

    /// <summary>Writes the rest and closes the file. What comes later is dropped; may be called again.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            _isClosed = true;
            _wake.Set();
        }

        _thread.Join();
        ArrayPool<byte>.Shared.Return(_buffer);
        _wake.Dispose();
    }

    private Span<byte> Room()
    {
        if (_buffer.Length - _used < MaxLineBytes)
        {
            Retire();
            _wake.Set();
        }

        return _buffer.AsSpan(_used);
    }

    private void Retire()
    {
        _full.Enqueue(new Filled(_buffer, _used));
        (_buffer, _used) = (ArrayPool<byte>.Shared.Rent(BufferBytes), 0);
    }

    private void Run()
    {
        for (var isLast = false; !isLast;)
        {
            _wake.WaitOne(Interval);
            lock (_gate)
            {
                isLast = _isClosed;
                if (_used > 0)
                    Retire();
            }

            while (TryTake(out var filled))
            {
                Attempt(() => _file.Write(filled.Buffer, 0, filled.Length));
                ArrayPool<byte>.Shared.Return(filled.Buffer);
            }
        }

        Attempt(_file.Dispose);
    }

    private bool TryTake(out Filled filled)
    {
        lock (_gate)
            return _full.TryDequeue(out filled);
    }

    private void Attempt(Action write)
    {
        if (_isBroken)
            return;
        try
        {
            write();
        }
        catch (IOException exception)
        {
            _isBroken = true;
            _fail($"the ledger cannot be written: {exception.Message}");
        }
    }

    private readonly record struct Filled(byte[] Buffer, int Length);
}
