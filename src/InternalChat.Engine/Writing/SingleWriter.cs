using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Writing;

/// <summary>
/// The one thread that owns the world. It takes what has arrived, applies it to the store, commits once, and only then lets anyone
/// see it. What arrives during a commit is the next batch: batches form by themselves, without a timer.
/// </summary>
/// <remarks>
/// A thread of its own that blocks, never the pool's: a store's calls are synchronous, and a pool of two threads starves behind
/// them. A batch that cannot be committed is answered with STORAGE and leaves no trace; the thread goes on with the next.
/// <para>
/// What to do with an exception that nobody foresaw depends on where it comes from. Before COMMIT it costs its batch, which is rolled back.
/// While an outcome is published it costs that session. Anywhere else, above all from COMMIT until memory has followed, it ends the
/// process: a batch that may be durable must not be answered "not stored", and a server without its writer serves nobody. The next
/// start reads from the store what is there.
/// </para>
/// </remarks>
internal sealed class SingleWriter
{
    private const int MaxBatch = 1_024;
    private static readonly TimeSpan IdleTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BusyTick = TimeSpan.FromMilliseconds(1);

    private readonly IStoreWriter _store;
    private readonly OperationQueue _queue;
    private readonly AccountDirectory _accounts;
    private readonly AccountChanges _changes;
    private readonly BatchApplier _applier;
    private readonly BatchPublisher _publisher;
    private readonly EngineMetrics _metrics;
    private readonly CommitPacing _pacing;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<string, Exception> _endProcess;
    private readonly Operation[] _batch = new Operation[MaxBatch];
    private readonly BatchKeys _keys;
    private readonly WaitingOperations _waiting = new();
    private readonly Outcome[] _outcomes = new Outcome[MaxBatch];
    private string? _refusedFor;
    private long _cameRound;

    public SingleWriter(
        IStoreWriter store,
        OperationQueue queue,
        AccountDirectory accounts,
        AccountChanges changes,
        AccountRevisions revisions,
        PendingMessages pending,
        BatchPublisher publisher,
        EngineMetrics metrics,
        TimeProvider time,
        ILogger logger,
        Action<string, Exception> endProcess)
    {
        _store = store;
        _keys = new BatchKeys(_batch);
        _queue = queue;
        _accounts = accounts;
        _changes = changes;
        _applier = new BatchApplier(store, accounts, changes, revisions, pending);
        _publisher = publisher;
        _metrics = metrics;
        _pacing = new CommitPacing(time);
        _time = time;
        _logger = logger;
        _endProcess = endProcess;
        _cameRound = time.GetTimestamp();
    }

    /// <summary>How long ago the writer last came round, which it does at least once in <see cref="IdleTick"/>. Any thread.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _cameRound));

    /// <summary>Operations that have arrived since the last turn. Any thread.</summary>
    public int Arrived => _queue.Count;

    /// <summary>
    /// The writer's life on a thread of its own, until everything accepted by the queue, which must have been completed, is done.
    /// </summary>
    public void RunOrEndProcess()
    {
        try
        {
            while (true)
            {
                var pause = TakeTurn();
                if (pause.EndsWithArrival && !_queue.Wait(pause.Length))
                    break;
                if (!pause.EndsWithArrival && pause.Length > TimeSpan.Zero)
                    Thread.Sleep(pause.Length);
            }

            End();
        }
        catch (Exception exception)
        {
            EndProcess(exception);
        }
    }

    /// <summary>
    /// One batch, if something has arrived, and one slice of upkeep. For the writer's own thread, or for whatever drives the writer in its
    /// place; what this lets out has to go to <see cref="EndProcess"/>.
    /// </summary>
    /// <returns>The pause before the next turn.</returns>
    public WriterPause TakeTurn()
    {
        var count = ProcessBatch();
        var moreUpkeep = _store.Maintain();
        Volatile.Write(ref _cameRound, _time.GetTimestamp());
        // What waits for the store is tried again soon, and before the end.
        if (_waiting.Any)
            return new WriterPause(BusyTick, EndsWithArrival: false);
        if (count == 0)
            return new WriterPause(moreUpkeep ? BusyTick : IdleTick, EndsWithArrival: true);
        return new WriterPause(_pacing.IsGathering ? CommitPacing.GatherTime : TimeSpan.Zero, EndsWithArrival: false);
    }

    /// <summary>Nothing comes any more, and all is done.</summary>
    public void End() => _publisher.End();

    /// <summary>The writer cannot go on.</summary>
    public void EndProcess(Exception exception)
    {
        LogMessages.WriterFailed(_logger, exception);
        _endProcess($"The writer failed and cannot go on: {exception.Message} What it has acknowledged is stored.", exception);
    }

    /// <summary>
    /// Takes what has arrived and brings it to its end. One thread at a time.
    /// </summary>
    /// <returns>How many operations were looked at; some may wait for the next batch.</returns>
    public int ProcessBatch()
    {
        var first = _waiting.MoveTo(_batch);
        var count = first + _queue.Take(_batch.AsSpan(first));
        if (count > 0)
            Process(count);
        return count;
    }

    private void Process(int count)
    {
        var started = _time.GetTimestamp();
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        count = Apply(count, now);
        for (var i = 0; i < count; i++)
        {
            Publish(i, now);
            if (_batch[i].Body is { } body)
                _queue.ReturnBody(body);
        }

        _publisher.FlushSessions();
        _pacing.Note(_batch.AsSpan(0, count));
        Array.Clear(_batch, 0, count);
        _metrics.BatchProcessed(count, _time.GetElapsedTime(started));
    }

    /// <returns>How many operations have an outcome, the first of the batch; the others wait.</returns>
    private int Apply(int count, long now)
    {
        try
        {
            for (var i = 0; i < count; i++)
            {
                // So that a failure below finds no outcome of an earlier batch.
                _outcomes[i] = Outcome.NotStored;
            }

            _keys.Count = count;
            count = _waiting.TakeFrom(_batch.AsSpan(0, count), _store.Prepare(_keys));
            for (var i = 0; i < count; i++)
                _outcomes[i] = _applier.Apply(_batch[i], now);
        }
        catch (StorageException exception)
        {
            Refuse(count, exception.Message, now);
            return count;
        }
#pragma warning disable CA1031 // Nothing is committed yet, so whatever it is can be undone.
        catch (Exception exception) when (exception is not BatchOutcomeUnknownException)
#pragma warning restore CA1031
        {
            LogMessages.BatchFailed(_logger, exception);
            _store.Rollback();
            Undo(count, now);
            return count;
        }

        Commit(count, now);
        return count;
    }

    // Nothing is caught: an exception would not say that the batch is not stored.
    private void Commit(int count, long now)
    {
        if (!_store.IsInTransaction)
            return;
        var result = _store.Commit();
        if (result.Outcome == CommitOutcome.Fenced)
            throw new InvalidOperationException($"The store has given this server up: {result.Failure}");
        if (result.Outcome == CommitOutcome.Stored)
            _refusedFor = null;
        else
            Refuse(count, result.Failure, now);
    }

    private void Refuse(int count, string failure, long now)
    {
        // Senders that try again while nothing can be stored must not fill the log.
        if (failure != _refusedFor)
            LogMessages.BatchNotStored(_logger, count, failure);
        _refusedFor = failure;
        Undo(count, now);
    }

    /// <summary>
    /// Refuses every operation that succeeded, or that was refused for what an earlier one of the batch had done, such as a block; what
    /// needs no commit stands, or is done now.
    /// </summary>
    private void Undo(int count, long now)
    {
        _accounts.Clear();
        for (var i = 0; i < count; i++)
        {
            _applier.TakeBack(_batch[i], _outcomes[i]);
            if (!_batch[i].NeedsCommit)
                _outcomes[i] = ApplyAgain(_batch[i], now);
            // Who was not found may have been deleted by this batch.
            else if (!_outcomes[i].HoldsWithoutItsBatch || _changes.HaveClosedAccounts)
                _outcomes[i] = Outcome.NotStored;
        }
    }

    private Outcome ApplyAgain(in Operation operation, long now)
    {
        try
        {
            return _applier.Apply(operation, now);
        }
#pragma warning disable CA1031 // It may be the very failure that had the batch undone.
        catch (Exception exception) when (exception is not BatchOutcomeUnknownException)
#pragma warning restore CA1031
        {
            // Only a delivered mark gets here: without it the message is delivered again, and the session ends all the same.
            return Outcome.NotStored;
        }
    }

    private void Publish(int index, long now)
    {
        try
        {
            _publisher.Publish(_batch[index], _outcomes[index], now);
        }
#pragma warning disable CA1031 // One session's trouble is not the others'.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogMessages.PublishFailed(_logger, _batch[index].Kind.ToString(), exception);
            BatchPublisher.Abandon(_batch[index]);
        }
    }
}

/// <summary>What the writer waits for between two turns.</summary>
/// <param name="Length">How long at most.</param>
/// <param name="EndsWithArrival">Whether an operation that arrives ends it.</param>
internal readonly record struct WriterPause(TimeSpan Length, bool EndsWithArrival);
