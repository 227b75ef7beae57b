using InternalChat.Storage.Sqlite.Options;
using InternalChat.TestKit;
using InternalChat.TestKit.Metrics;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class MetricsTests : IDisposable
{
    private readonly MeterReadings _readings = new();
    private readonly TemporaryDatabase _chat;

    public MetricsTests() => _chat = new TemporaryDatabase(meter: _readings.Meter);

    [Fact]
    public void Each_transaction_is_timed_once()
    {
        _chat.Say(1, 2, "one", "two");
        Assert.Single(_readings.Recorded("internalchat.storage.commit.duration"));
        _chat.Commit();
        _chat.Append(1, 2, "x"u8, 0);
        _chat.Writer.Rollback();
        Assert.Single(_readings.Recorded("internalchat.storage.commit.duration"));
    }

    [Fact]
    public void The_fsync_of_each_transaction_is_timed_apart()
    {
        for (var message = 0; message < 100; message++)
            _chat.Say(1, 2, "one", "two");
        // Another file of the same process, and this one opened anew.
        using var other = new TemporaryDatabase(meter: _readings.Meter);
        other.Say(1, 2, "one");
        _chat.Reopen();
        _chat.Say(1, 2, "one");
        var syncs = _readings.Recorded("internalchat.storage.sync.duration");
        Assert.InRange(syncs.Count, 102, 110);
        Assert.Equal(_readings.Recorded("internalchat.storage.commit.duration").Count, syncs.Count);
        Assert.All(syncs, static seconds => Assert.InRange(seconds, double.Epsilon, 60));
    }

    [Fact]
    public void A_commit_that_does_not_wait_for_the_disk_has_no_fsync()
    {
        _chat.Close();
        _chat.Options = _chat.Options with { Durability = Durability.Normal };
        _chat.Open();
        // The first begins the WAL, whose header SQLite syncs.
        _chat.Say(1, 2, "one");
        var syncs = _readings.Recorded("internalchat.storage.sync.duration").Count;
        _chat.Say(1, 2, "two");
        Assert.Equal(2, _readings.Recorded("internalchat.storage.commit.duration").Count);
        Assert.Equal(syncs, _readings.Recorded("internalchat.storage.sync.duration").Count);
    }

    [Fact]
    public void The_position_is_the_last_message_and_the_lag_what_a_crash_would_have_to_replay()
    {
        _chat.Say(1, 2, "one", "two", "three");
        Assert.Equal(3, _readings.Observe("internalchat.storage.log.position"));
        Assert.Equal(3, _readings.Observe("internalchat.storage.replay.lag"));
        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        _chat.RunMaintenance();
        Assert.Equal(0, _readings.Observe("internalchat.storage.replay.lag"));
        _chat.Say(1, 2, "four");
        Assert.Equal(1, _readings.Observe("internalchat.storage.replay.lag"));
    }

    [Fact]
    public void Sizes_are_those_of_the_files()
    {
        _chat.Say(1, 2, "one");
        Assert.Equal(new FileInfo(_chat.File).Length, _readings.Observe("internalchat.storage.database.size"));
        Assert.Equal(new FileInfo(_chat.File + "-wal").Length, _readings.Observe("internalchat.storage.wal.size"));
        Assert.InRange(_readings.Observe("internalchat.storage.disk.free") ?? 0, 1, double.MaxValue);
    }

    [Fact]
    public void The_checkpoint_lag_grows_with_what_is_written_and_shrinks_when_the_WAL_begins_anew()
    {
        var body = new byte[4_000];
        Array.Fill(body, (byte)'x');
        _chat.Append(1, 2, body, 0);
        _chat.Commit();
        var small = _readings.Observe("internalchat.storage.checkpoint.lag");
        Assert.InRange(small ?? 0, 4_096, 100_000);

        // More than 4 MiB, from where on a checkpoint is due.
        for (var i = 0; i < 1_500; i++)
            _chat.Append(1, 2, body, 0);
        _chat.Commit();
        Assert.InRange(_readings.Observe("internalchat.storage.checkpoint.lag") ?? 0, 4 << 20, 32 << 20);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                _chat.Writer.Maintain();
                return _readings.Recorded("internalchat.storage.checkpoint.duration{thread=writer}").Count > 0;
            },
            Patience.Limit));
        Assert.Single(_readings.Recorded("internalchat.storage.checkpoint.duration{thread=checkpointer}"));
        Assert.InRange(_readings.Observe("internalchat.storage.checkpoint.lag") ?? 1e9, 0, 100_000);
    }

    [Fact]
    public void A_batch_that_was_not_stored_is_counted_and_remembered_until_one_is()
    {
        Assert.Null(_chat.Database.StoreFailure);
        FailABatch();
        Assert.Equal(["{operation=batch} 1"], _readings.ObserveAll("internalchat.storage.failures"));
        Assert.Contains("full", _chat.Database.StoreFailure, StringComparison.Ordinal);
        _chat.Say(1, 2, "works again");
        Assert.Null(_chat.Database.StoreFailure);
    }

    [Fact]
    public void Where_no_batch_comes_after_one_that_failed_the_file_is_tried_once_a_second()
    {
        FailABatch();
        _chat.RunMaintenance();
        Assert.NotNull(_chat.Database.StoreFailure);
        _chat.Time.Advance(TimeSpan.FromSeconds(1));
        using (var foreign = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_chat.File};Pooling=False"))
        {
            // Holds the file, so that the try fails like the batch.
            foreign.Open();
            using var transaction = foreign.BeginTransaction();
            _chat.RunMaintenance();
            Assert.NotNull(_chat.Database.StoreFailure);
        }

        _chat.RunMaintenance();
        Assert.NotNull(_chat.Database.StoreFailure);
        _chat.Time.Advance(TimeSpan.FromSeconds(1));
        _chat.RunMaintenance();
        Assert.Null(_chat.Database.StoreFailure);
    }

    [Fact]
    public void A_slice_that_could_not_be_written_is_counted_as_such()
    {
        for (var user = 1L; user <= 3_000; user++)
            _chat.Append(user, user + 1, "x"u8, 0);
        _chat.Commit();
        _chat.Database.LimitPages(1);
        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        _chat.Writer.Maintain();
        Assert.Equal(["{operation=upkeep} 1"], _readings.ObserveAll("internalchat.storage.failures"));
        Assert.Null(_chat.Database.StoreFailure);
        _chat.Database.LimitPages(1_000_000);
    }

    public void Dispose()
    {
        _chat.Dispose();
        _readings.Dispose();
    }

    private void FailABatch()
    {
        _chat.Database.LimitPages(1);
        Assert.Throws<StorageException>(() =>
        {
            for (var i = 0; i < 1_000; i++)
                _chat.Append(1, 2, "a message that needs a page of its own before long"u8, 0);
            _chat.Commit();
        });
        _chat.Database.LimitPages(1_000_000);
    }
}
