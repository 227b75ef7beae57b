using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using InternalChat.Protocol;

namespace InternalChat.Engine.Writing;

/// <summary>
/// The bounded channel between all connections and the one writer, and the pool of the bodies that travel through it. Any thread
/// submits; only the writer takes. Submitting a message and blocking for one allocate nothing.
/// </summary>
internal sealed class OperationQueue : IDisposable
{
    private readonly Channel<Operation> _channel;
    private readonly ArrayPool<byte> _bodies;
    private readonly ManualResetEventSlim _signal = new(initialState: false, spinCount: 0);
    private readonly Action _wake;
    private ValueTaskAwaiter<bool> _arrival;
    private bool _armed;

    public OperationQueue(int capacity)
    {
        _channel = Channel.CreateBounded<Operation>(new BoundedChannelOptions(capacity)
        {
            SingleReader = true,
            // The only continuation there is sets an event.
            AllowSynchronousContinuations = true,
        });
        // Not the shared pool: bodies are rented on one thread and returned on another, which that one answers with allocations.
        _bodies = ArrayPool<byte>.Create(WireLimits.MaxBodyBytes, capacity);
        _wake = _signal.Set;
    }

    /// <summary>Operations that wait; for people to look at.</summary>
    public int Count => _channel.Reader.Count;

    /// <summary>Copies a body on its way into the queue.</summary>
    public byte[] CopyBody(ReadOnlySpan<byte> body)
    {
        var copy = _bodies.Rent(body.Length);
        body.CopyTo(copy);
        return copy;
    }

    public void ReturnBody(byte[] body) => _bodies.Return(body);

    /// <summary>Submits where there is room.</summary>
    public bool TrySubmit(in Operation operation) => _channel.Writer.TryWrite(operation);

    /// <summary>Submits, waiting for room.</summary>
    /// <exception cref="ChannelClosedException">The engine has stopped.</exception>
    public ValueTask SubmitAsync(in Operation operation) => _channel.Writer.WriteAsync(operation);

    /// <summary>No operation is accepted after this; those accepted are still taken.</summary>
    public void Complete() => _channel.Writer.TryComplete();

    /// <summary>Takes what is there, up to the length of <paramref name="batch"/>. Writer only.</summary>
    public int Take(Span<Operation> batch)
    {
        var count = 0;
        while (count < batch.Length && _channel.Reader.TryRead(out batch[count]))
            count++;
        return count;
    }

    /// <summary>Blocks until there may be something to take, or the time is over. Writer only.</summary>
    /// <returns>False when the queue was completed and is empty.</returns>
    public bool Wait(TimeSpan timeout)
    {
        if (!_armed)
        {
#pragma warning disable CA2012 // Consumed once, by the GetResult below that runs.
            _arrival = _channel.Reader.WaitToReadAsync().GetAwaiter();
#pragma warning restore CA2012
            if (_arrival.IsCompleted)
                return _arrival.GetResult();
            _armed = true;
            _arrival.UnsafeOnCompleted(_wake);
        }

        if (!_signal.Wait(timeout))
            return true;
        _signal.Reset();
        _armed = false;
        return _arrival.GetResult();
    }

    public void Dispose() => _signal.Dispose();
}
