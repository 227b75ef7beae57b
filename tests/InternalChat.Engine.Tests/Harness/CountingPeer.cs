using System.Buffers;
using System.IO.Pipelines;
using InternalChat.Engine.Connections;
using InternalChat.TestKit;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>A peer that counts lines and, once warm, allocates nothing: everything it does runs on the thread that caused it.</summary>
internal sealed class CountingPeer : IAsyncDisposable
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: 1 << 20,
        useSynchronizationContext: false);

    private readonly Pipe _toServer = new(Inline);
    private readonly Pipe _toClient = new(Inline);
    private readonly SemaphoreSlim _reached = new(0);
    private readonly Task _served;
    private readonly Task _counted;
    private long _lines;
    private long _awaited = long.MaxValue;
    private long _waitedFor;

    public CountingPeer(ChatEngine engine)
    {
        _counted = CountAsync();
        _served = engine.ServeAsync(new ChatConnection(new Duplex(_toServer.Reader, _toClient.Writer), static () => { }));
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        _toServer.Writer.Write(bytes);
        // A result without flags is a task that the runtime keeps: no allocation.
        Assert.True(_toServer.Writer.FlushAsync().AsTask().IsCompleted);
    }

    /// <summary>Blocks until so many lines more than at the last call have come.</summary>
    public void WaitForLines(int count)
    {
        _waitedFor += count;
        Volatile.Write(ref _awaited, _waitedFor);
        if (Interlocked.Read(ref _lines) >= _waitedFor && Interlocked.Exchange(ref _awaited, long.MaxValue) != long.MaxValue)
            return;
        Assert.True(_reached.Wait(Patience.Limit), "Waited in vain for lines.");
    }

    public async ValueTask DisposeAsync()
    {
        await _toServer.Writer.CompleteAsync();
        await Phase.Within(_counted, "the peer's last line");
        await Phase.Within(_served, "the end of the connection");
        _reached.Dispose();
    }

    private async Task CountAsync()
    {
        while (true)
        {
            var result = await _toClient.Reader.ReadAsync();
            foreach (var segment in result.Buffer)
                _lines += segment.Span.Count((byte)'\n');
            _toClient.Reader.AdvanceTo(result.Buffer.End);
            Interlocked.MemoryBarrier();
            var awaited = Volatile.Read(ref _awaited);
            if (_lines >= awaited && Interlocked.CompareExchange(ref _awaited, long.MaxValue, awaited) == awaited)
                _reached.Release();
            if (result.IsCompleted)
                return;
        }
    }
}
