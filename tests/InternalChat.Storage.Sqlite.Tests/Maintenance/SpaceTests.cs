using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Opening;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class SpaceTests
{
    private const long GiB = 1L << 30;

    private readonly FakeTimeProvider _time = new();
    private readonly CollectingLogger _log = new();

    [Fact]
    public void A_database_knows_its_size_and_the_room_on_its_disk()
    {
        using var chat = new TemporaryDatabase();
        chat.Say(1, 2, "x");
        var space = StorageSpace.Measure(chat.File);
        Assert.Equal(new FileInfo(chat.File).Length, space.DatabaseBytes);
        Assert.Equal(new FileInfo(chat.File + "-wal").Length, space.WalBytes);
        Assert.InRange(space.FreeBytes, 1, space.DiskBytes);
        chat.Close();
        Assert.Equal(0, StorageSpace.Measure(chat.File).WalBytes);
    }

    [Fact]
    public void Of_a_disk_that_does_not_answer_nothing_is_known()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "chat.db");
        Assert.ThrowsAny<IOException>(() => StorageSpace.Measure(path));
        Assert.Null(StorageSpace.TryMeasure(path));
    }

    [Theory]
    [InlineData(100, 0.99, true)]
    [InlineData(100, 1.01, false)]
    [InlineData(2, 0.19, true)]
    [InlineData(2, 0.21, false)]
    public void A_disk_is_low_below_a_GiB_and_a_small_one_below_a_tenth(double disk, double free, bool isLow) =>
        Assert.Equal(isLow, free * GiB < new StorageSpace(0, 0, 0, (long)(disk * GiB)).LowMark(null));

    [Fact]
    public void Who_reads_beside_a_server_ends_when_the_log_grows_on_a_disk_with_less_room_than_the_operator_says()
    {
        using var chat = new TemporaryDatabase();
        chat.Say(1, 2, "x");
        using var careful = DatabaseSnapshot.Take(chat.File, lowDiskBytes: long.MaxValue, TestContext.Current.CancellationToken);
        using var careless = DatabaseSnapshot.Take(chat.File, lowDiskBytes: 1, TestContext.Current.CancellationToken);
        careful.ThrowIfEnded();
        chat.Say(1, 2, new string('y', 4_000));
        Assert.Contains("nearly full", Assert.Throws<DatabaseException>(careful.ThrowIfEnded).Message, StringComparison.Ordinal);
        careless.ThrowIfEnded();
    }

    [Fact]
    public void The_operator_is_told_once_when_the_disk_gets_full_and_once_when_it_has_room_again()
    {
        var free = 2 * GiB;
        var watch = new LowDiskWatch("chat.db", _time, _log, _ => new StorageSpace(0, 0, free, 100 * GiB));
        foreach (var (gigabytes, lines) in new[] { (2.0, 0), (0.9, 1), (1.1, 1), (0.9, 1), (1.2, 1), (1.3, 2), (1.1, 2), (0.5, 3) })
        {
            free = (long)(gigabytes * GiB);
            _time.Advance(TimeSpan.FromSeconds(15));
            watch.Look();
            Assert.Equal(lines, _log.Lines.Count);
        }

        Assert.Contains("nearly full", _log.Lines[0], StringComparison.Ordinal);
        Assert.Contains("room again", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_operator_may_say_what_is_little_and_change_it_at_any_time()
    {
        var watch = new LowDiskWatch("chat.db", _time, _log, static _ => new StorageSpace(0, 0, 2 * GiB, 100 * GiB))
        {
            LowDiskBytes = 3 * GiB,
        };
        watch.Look();
        Assert.Contains($"fewer than {3 * GiB};", Assert.Single(_log.Lines), StringComparison.Ordinal);
        watch.LowDiskBytes = null;
        _time.Advance(TimeSpan.FromSeconds(15));
        watch.Look();
        Assert.Equal(2, _log.Lines.Count);
        Assert.Equal((GiB, 5 * GiB), (MarkOf(null), MarkOf(5 * GiB)));

        long MarkOf(long? bytes)
        {
            watch.LowDiskBytes = bytes;
            return watch.MarkOf(new StorageSpace(0, 0, 2 * GiB, 100 * GiB));
        }
    }

    [Fact]
    public void A_disk_that_does_not_answer_is_asked_again_later_and_not_at_each_batch()
    {
        var asked = 0;
        var watch = new LowDiskWatch("chat.db", _time, _log, _ =>
        {
            asked++;
            return null;
        });
        for (var batch = 0; batch < 100; batch++)
            watch.Look();
        Assert.Equal(1, asked);
        _time.Advance(TimeSpan.FromSeconds(15));
        watch.Look();
        Assert.Equal(2, asked);
        Assert.Empty(_log.Lines);
    }
}
