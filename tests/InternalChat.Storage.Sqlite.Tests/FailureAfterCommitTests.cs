using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upkeep;
using InternalChat.Storage.Sqlite.Wal;
using InternalChat.Storage.Sqlite.Writing;
using InternalChat.TestKit.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>
/// From COMMIT on a batch is durable: whatever fails then, it must not be called "not stored", nor its ids be given again.
/// </summary>
public sealed class FailureAfterCommitTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_listener_of_metrics_that_throws_neither_refuses_a_batch_nor_rolls_anything_back()
    {
        using var listener = new FailingListener();
        using var chat = new TemporaryDatabase(meter: listener.Meter);
        Assert.Equal([1, 2], chat.Say(1, 2, "a", "b"));
        Assert.Equal([3], chat.Say(1, 2, "c"));
        Assert.NotEqual(0, listener.Failures);
        Assert.Equal([3, 2, 1], chat.History(1, 2));
        chat.Time.Advance(TimeSpan.FromMinutes(1));
        chat.RunMaintenance();
        Assert.Equal(3, chat.Ask<long>("SELECT heads_through FROM state"));
    }

    [Fact]
    public void A_listener_of_metrics_that_throws_does_not_end_the_thread_that_copies_the_log()
    {
        using var listener = new FailingListener();
        using var chat = new TemporaryDatabase(meter: listener.Meter);
        // Past 4 MiB the thread copies for the first time, and after the writer's finish again.
        for (var rounds = 0; rounds < 3; rounds++)
        {
            for (var batch = 0; batch < 200; batch++)
                chat.Say(1, 2, [.. Enumerable.Repeat(new string('x', 4_000), 10)]);
            chat.RunMaintenance();
        }

        Assert.Equal(6_000, chat.Database.LastMessageId);
        chat.Close();
        chat.AssertIntegrity();
    }

    [Fact]
    public void A_log_provider_that_throws_costs_lines_and_nothing_else()
    {
        using var chat = new TemporaryDatabase(open: false);
        using var database = ChatDatabase.Open(
            chat.Options with { Retention = TimeSpan.FromDays(1) }, chat.Time, new LoggerThatActs(null, static () => Fail()));
        // Dated 1970, so that retention has something to report in the middle of its commit.
        database.Writer.Append(1, 2, "old"u8, createdAt: 0);
        database.Writer.Commit();
        Maintain(database);
        database.ConfirmRetention(database.RetentionStatus.Cutoff!.Value);
        Maintain(database);
        Assert.Equal(0, chat.Ask<long>("SELECT count(*) FROM messages WHERE sender_id > 0"));
        database.LimitPages(1);
        Assert.Throws<StorageException>(() => AppendUntilFull(database.Writer));
        database.LimitPages(1_000_000);
        Assert.Equal(2, database.Writer.Append(1, 2, "again"u8, createdAt: 0).Id);
        Assert.Equal(CommitOutcome.Stored, database.Writer.Commit().Outcome);
    }

    [Fact]
    public void A_failure_between_the_commit_and_memory_is_not_called_a_refusal()
    {
        var clock = new ClockThatFails();
        using var chat = new TemporaryDatabase(open: false);
        using (var database = ChatDatabase.Open(chat.Options, clock))
        {
            database.Writer.Append(1, 2, "stored"u8, createdAt: 0);
            database.Writer.Commit();
            database.Writer.Append(1, 2, "stored, which nobody may deny"u8, createdAt: 0);
            clock.FailsOnceAfterWriteTo(chat.File + "-wal");
            var failure = Assert.Throws<BatchOutcomeUnknownException>(() => database.Writer.Commit());
            Assert.IsType<StorageException>(failure.InnerException);
            // As a killed process would leave it.
            using var crashed = chat.Crash();
            Assert.Equal(2, crashed.Database.LastMessageId);
            Assert.Equal([2, 1], crashed.History(1, 2));
            Assert.Equal([3], crashed.Say(1, 2, "c"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_slice_of_upkeep_whose_end_memory_cannot_follow_is_not_gone_on_with(bool isCommitted)
    {
        _chat.Close();
        using var claim = FileClaim.TakeDatabase(_chat.File);
        using var connection = Connections.OpenWriter(_chat.File);
        using var transaction = new WriteTransaction(connection, new(), _chat.Time);
        using var memory = new WriterMemory(connection, _chat.Options, _chat.Time);
        using var presence = new DatabasePresence(_chat.File, claim, _chat.Time, NullLogger.Instance);
        using var lineage = new WalLineage(connection, _chat.File);
        var batch = new WriteBatch(
            transaction, memory, presence, health: null!, wal: null!, lineage, new UpkeepPace(_chat.Time));
        Assert.Throws<BatchOutcomeUnknownException>(() => batch.CommitSlice(new TaskThatFails(isCommitted)));
        Assert.False(batch.IsOpen);
    }

    private static void Maintain(ChatDatabase database)
    {
        for (var slices = 0; database.Writer.Maintain(); slices++)
            Assert.True(slices < 100, "Maintenance does not come to an end.");
    }

    private static void AppendUntilFull(IStoreWriter writer)
    {
        for (var i = 0; i < 100_000; i++)
            writer.Append(1, 2, "x"u8, 0);
        if (writer.Commit() is { Outcome: CommitOutcome.NotStored, Failure: var failure })
            throw new StorageException(failure);
    }

    private static void Fail() => throw new InvalidOperationException("A log provider fails.");

    /// <summary>Writes nothing, and fails when it is told that it did, or that it did not.</summary>
    private sealed class TaskThatFails(bool whenCommitted) : IUpkeepTask
    {
        public bool HasWork(long lastMessageId) => true;

        public void WriteSlice(long lastMessageId)
        {
            if (!whenCommitted)
                throw new StorageException("The disk is full.");
        }

        // The type that elsewhere says "not stored".
        public void SliceCommitted() => throw new StorageException("The disk is on fire.");

        public void SliceRolledBack() => throw new StorageException("The disk is on fire.");
    }

    /// <summary>A clock that fails at the first look at it after a file was written, which is the first thing after a COMMIT.</summary>
    private sealed class ClockThatFails : TimeProvider
    {
        private readonly FakeTimeProvider _time = new();
        private string? _path;
        private DateTime _written;

        public void FailsOnceAfterWriteTo(string path) => (_path, _written) = (path, File.GetLastWriteTimeUtc(path));

        public override long GetTimestamp()
        {
            if (_path is not null && File.GetLastWriteTimeUtc(_path) != _written)
            {
                _path = null;
                throw new StorageException("The type that elsewhere says \"not stored\".");
            }

            return _time.GetTimestamp();
        }
    }
}
