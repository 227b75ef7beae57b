using System.Buffers.Binary;
using InternalChat.Storage.Sqlite.Reading;
using InternalChat.Storage.Sqlite.Wal;
using InternalChat.TestKit;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class WalTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_wal_stays_small_under_a_flood(bool withMaintenance)
    {
        var body = new byte[300];
        Array.Fill(body, (byte)'x');
        var largest = 0L;
        for (var i = 1; i <= 200_000; i++)
        {
            _chat.Append(1 + (i % 1_000), 1_001 + (i * 7 % 1_000), body, 0);
            if (i % 500 != 0)
                continue;
            _chat.Commit();
            if (withMaintenance)
                _chat.Writer.Maintain();
            largest = Math.Max(largest, WalLength());
        }

        Assert.InRange(largest, 1, 63 << 20);
        _chat.Close();
        Assert.False(File.Exists(_chat.File + "-wal"));
        _chat.AssertIntegrity();
    }

    [Fact]
    public async Task The_wal_is_begun_anew_again_and_again_under_a_flood_that_readers_follow()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        StoreReader[] connections = [_chat.Reader(), _chat.Reader()];
        var readers = connections.Select(reader => Task.Run(() => Follow(reader, stop.Token))).ToArray();
        var body = new byte[1_000];
        Array.Fill(body, (byte)'x');
        var first = TimesBegun();
        // How soon depends on when the machine lets readers and the checkpointer run, so no length is asserted.
        await Patience.UntilAsync(
            () =>
            {
                for (var i = 0; i < 500; i++)
                    _chat.Append(1, 2, body, 0);
                _chat.Commit();
                _chat.Writer.Maintain();
                return Task.FromResult(TimesBegun() - first >= 3);
            },
            () => $"the WAL was begun anew three times, and not {TimesBegun() - first} times with {WalLength():N0} bytes");
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), messages => Assert.True(messages > 0));
    }

    [Theory]
    [InlineData(10, 30, 20)]
    [InlineData(int.MaxValue, 0, 1)]
    [InlineData(int.MaxValue - 9, 10, 20)]
    public void Pages_are_counted_on_where_the_counter_of_sqlite_begins_anew(int before, int now, int written) =>
        Assert.Equal(written, WalRecycler.PagesBetween(before, now));

    [Fact]
    public void A_lone_message_costs_one_page_of_wal()
    {
        for (var i = 0; i < 10; i++)
            _chat.Say(1, 2, "x");
        var before = WalLength();
        _chat.Say(1, 2, "x");
        Assert.Equal(4096 + 24, WalLength() - before);
    }

    [Fact]
    public void An_idle_server_writes_nothing()
    {
        _chat.Say(1, 2, "x");
        _chat.Writer.SetDeliveredThrough(2, 1);
        _chat.Time.Advance(TimeSpan.FromMinutes(1));
        _chat.RunMaintenance();
        var before = (FileBytes.HashOf(_chat.File), FileBytes.HashOf(_chat.File + "-wal"));

        for (var second = 0; second < 600; second++)
        {
            _chat.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(_chat.Writer.Maintain());
        }

        Assert.Equal(before, (FileBytes.HashOf(_chat.File), FileBytes.HashOf(_chat.File + "-wal")));
    }

    [Fact]
    public void Opening_and_closing_without_a_change_leaves_the_file_as_it_was()
    {
        _chat.Say(1, 2, "x");
        _chat.Close();
        var before = FileBytes.HashOf(_chat.File);
        _chat.Open();
        _chat.Writer.Maintain();
        _chat.Close();
        Assert.Equal(before, FileBytes.HashOf(_chat.File));
    }

    private static int Follow(StoreReader reader, CancellationToken stop)
    {
        var ids = new long[200];
        var messages = 0;
        while (!stop.IsCancellationRequested)
            messages += reader.ReadMessages(ids.AsSpan(0, reader.WalkConversation(1, 2, ids)), new CollectingSink());
        return messages;
    }

    /// <summary>The checkpoint sequence number of the log's header: https://www.sqlite.org/fileformat.html#the_wal_file_format</summary>
    private uint TimesBegun()
    {
        using var wal = new FileStream(_chat.File + "-wal", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Span<byte> header = stackalloc byte[16];
        return wal.ReadAtLeast(header, 16, throwOnEndOfStream: false) < 16 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
    }

    private long WalLength() => new FileInfo(_chat.File + "-wal").Length;
}
