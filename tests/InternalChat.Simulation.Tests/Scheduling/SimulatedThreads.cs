using InternalChat.Engine;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Writing;
using InternalChat.Storage;

namespace InternalChat.Simulation.Tests.Scheduling;

/// <summary>Runs an engine on the simulation's one thread.</summary>
internal sealed class SimulatedThreads(
    Scheduler scheduler, Domain domain, Func<IStoreReader> createReader, SimulatedThreadsOptions options) : IEngineThreads
{
    private readonly SimulatedWorkers _reading = new(domain, options.Readers, int.MaxValue);
    private readonly SimulatedWorkers _hashing = new(domain, options.Hashers, options.MaxWaitingLogins);
    private SimulatedReaders? _readers;
    private SimulatedHashing? _hashes;
    private WriterDriver? _writer;

    public int? Concurrency => 1;

    public Random Random => scheduler.Random;

    public IReaders Readers => _readers ??= new SimulatedReaders(_reading, createReader);

    public IHashing Hashing => _hashes ??= new SimulatedHashing(_hashing);

    public void Start(SingleWriter writer) =>
        scheduler.Writer = _writer = new WriterDriver(scheduler, domain, writer, options.WriterEagerness);

    public async ValueTask DisposeAsync()
    {
        await _writer!.EndAsync();
        _reading.Stop();
        _hashing.Stop();
    }

    private sealed class SimulatedReaders(SimulatedWorkers workers, Func<IStoreReader> createReader) : IReaders
    {
        private readonly Stack<IStoreReader> _idle = new();

        public int Waiting => workers.Waiting;

        public Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0) =>
            LongAsync(read, state);

        public Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0) =>
            workers.TryRun(() =>
            {
                if (!_idle.TryPop(out var reader))
                    reader = createReader();
                try
                {
                    return read(reader, state);
                }
                finally
                {
                    _idle.Push(reader);
                }
            })!;
    }

    private sealed class SimulatedHashing(SimulatedWorkers workers) : IHashing
    {
        public int Waiting => workers.Waiting;

        public Task<Hashed<TResult>> RunAsync<TResult>(
            PeerNetwork network, HashingRank rank, Func<TResult> hash, CancellationToken cancellation) =>
            workers.TryRun(() =>
            {
                cancellation.ThrowIfCancellationRequested();
                return new Hashed<TResult>(IsBusy: false, hash());
            })
            ?? Task.FromResult(new Hashed<TResult>(IsBusy: true, default));

        public void Stop() => workers.Stop();
    }
}

/// <summary>How an engine is run.</summary>
/// <param name="Readers">Reads at one time.</param>
/// <param name="Hashers">Hashes at one time.</param>
/// <param name="MaxWaitingLogins">Hashes that may wait.</param>
/// <param name="WriterEagerness">See <see cref="WriterDriver"/>.</param>
internal sealed record SimulatedThreadsOptions(int Readers, int Hashers, int MaxWaitingLogins, double WriterEagerness);
