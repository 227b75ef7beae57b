using System.Buffers;
using System.IO.Pipelines;

namespace InternalChat.Benchmarks.Connections;

/// <summary>
/// The client's end of a connection of two pipes. It counts the lines that come; everything it does runs on the thread that caused it,
/// and once warm it allocates nothing.
/// </summary>
internal sealed class InMemoryPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

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

    /// <param name="serve">Serves the other end until it has ended.</param>
    public InMemoryPeer(Func<IDuplexPipe, Task> serve)
    {
        _counted = CountAsync();
        _served = serve(new Duplex(_toServer.Reader, _toClient.Writer));
    }

    /// <summary>Lines received since the beginning.</summary>
    public long Lines => Interlocked.Read(ref _lines);

    /// <summary>The beginning of what came last.</summary>
    public byte[] LastReceived { get; } = new byte[32];

    public void Send(ReadOnlySpan<byte> bytes)
    {
        _toServer.Writer.Write(bytes);
        // A result without flags is a task that the runtime keeps: no allocation.
        if (!_toServer.Writer.FlushAsync().AsTask().IsCompletedSuccessfully)
            throw new InvalidOperationException("The connection does not take what is sent.");
    }

    /// <summary>Blocks until so many lines more than at the last call have come.</summary>
    public void WaitForLines(int count)
    {
        _waitedFor += count;
        Volatile.Write(ref _awaited, _waitedFor);
        if (Interlocked.Read(ref _lines) >= _waitedFor && Interlocked.Exchange(ref _awaited, long.MaxValue) != long.MaxValue)
            return;
        if (!_reached.Wait(Patience))
            throw new TimeoutException("Waited in vain for lines.");
    }

    public async ValueTask DisposeAsync()
    {
        await _toServer.Writer.CompleteAsync();
        await _counted;
        await _served;
        _reached.Dispose();
    }

    private async Task CountAsync()
    {
        while (true)
        {
            var result = await _toClient.Reader.ReadAsync();
            if (!result.Buffer.IsEmpty)
                result.Buffer.FirstSpan[..Math.Min(LastReceived.Length, result.Buffer.FirstSpan.Length)].CopyTo(LastReceived);
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

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>
/// What a connection costs before anybody looks at its lines: each is sent back as it came, with one flush for all that came together.
/// </summary>
internal static class LineEcho
{
    /// <summary>Serves one connection until its peer has ended it.</summary>
    public static async Task ServeAsync(IDuplexPipe connection)
    {
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            var buffer = result.Buffer;
            EchoLines(ref buffer, connection.Output);
            connection.Input.AdvanceTo(buffer.Start, buffer.End);
            if (connection.Output.UnflushedBytes > 0)
                await connection.Output.FlushAsync();
            if (!result.IsCompleted)
                continue;
            await connection.Output.CompleteAsync();
            await connection.Input.CompleteAsync();
            return;
        }
    }

    private static void EchoLines(ref ReadOnlySequence<byte> buffer, PipeWriter output)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            foreach (var segment in line)
                output.Write(segment.Span);
            output.Write("\n"u8);
        }

        buffer = buffer.Slice(reader.Position);
    }
}
