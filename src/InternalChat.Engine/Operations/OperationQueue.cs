using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using InternalChat.Protocol;

namespace InternalChat.Engine.Operations;

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
    private readonly int _capacity;
    private readonly Lock _gate = new();
    private volatile TaskCompletionSource? _room;
    private volatile bool _isComplete;
    private ValueTaskAwaiter<bool> _arrival;
    private bool _armed;

    public OperationQueue(int capacity)
    {
        _channel = Channel.CreateBounded<Operation>(new BoundedChannelOptions(capacity)
        {
            SingleReader = true,
            // The only continuation there is sets an event: whoever waits for room does so below, not in the channel.
            AllowSynchronousContinuations = true,
        });
        // Not the shared pool: bodies are rented on one thread and returned on another, which that one answers with allocations.
        _bodies = ArrayPool<byte>.Create(WireLimits.MaxBodyBytes, capacity);
        _wake = _signal.Set;
        _capacity = capacity;
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

    /// <summary>Submits, waiting for room. Goes on on the thread pool, never on the writer's thread.</summary>
    /// <exception cref="ChannelClosedException">The engine has stopped.</exception>
    public ValueTask SubmitAsync(in Operation operation) =>
        TrySubmit(operation) ? ValueTask.CompletedTask : new ValueTask(SubmitWhenThereIsRoomAsync(operation));

    /// <summary>No operation is accepted after this; those accepted are still taken.</summary>
    public void Complete()
    {
        _channel.Writer.TryComplete();
        _isComplete = true;
        ReleaseWhoWaitsForRoom();
    }

    /// <summary>Takes what is there, up to the length of <paramref name="batch"/>. Writer only.</summary>
    public int Take(Span<Operation> batch)
    {
        var count = 0;
        while (count < batch.Length && _channel.Reader.TryRead(out batch[count]))
            count++;
        if (_room is not null && Count <= _capacity / 2)
            ReleaseWhoWaitsForRoom();
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

    private async Task SubmitWhenThereIsRoomAsync(Operation operation)
    {
        do
        {
            if (_isComplete)
                throw new ChannelClosedException();
            await WhenThereIsRoom();
        }
        while (!TrySubmit(operation));
    }

    /// <summary>
    /// Completes when half of the queue is free. Were it each single place, all connections would stand in line for each of their
    /// operations as long as the queue is full, and the writer would spend its time on waking them.
    /// </summary>
    private Task WhenThereIsRoom()
    {
        Task room;
        lock (_gate)
        {
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            room = _room.Task;
        }

        // The writer may have emptied the queue before it could see who waits.
        if (_isComplete || Count <= _capacity / 2)
            ReleaseWhoWaitsForRoom();
        return room;
    }

    private void ReleaseWhoWaitsForRoom()
    {
        lock (_gate)
        {
            _room?.SetResult();
            _room = null;
        }
    }
}
