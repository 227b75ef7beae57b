using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Writing;
using InternalChat.Storage;

namespace InternalChat.Engine;

/// <summary>The server's threads: the writer's, those that read the store and those that hash passwords.</summary>
internal sealed class EngineThreads(
    Func<IStoreReader> createReader, EngineOptions options, EngineMetrics metrics, TimeProvider time) : IEngineThreads
{
    private readonly ReaderThreads _readers = new();
    private readonly HashingPool _hashing = new(options.MaxWaitingLogins, metrics, time);
    private Thread? _writer;

    public int? Concurrency => null;

    public Random Random => Random.Shared;

    public IReaders Readers => _readers;

    public IHashing Hashing => _hashing;

    public void Start(SingleWriter writer)
    {
        _readers.Start(createReader, options.ReaderThreads);
        _hashing.Start();
        _writer = new Thread(writer.RunOrEndProcess) { Name = "chat writer", IsBackground = true };
        _writer.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is { } writer)
            await Task.Run(writer.Join);
        _readers.Dispose();
        _hashing.Dispose();
    }
}
