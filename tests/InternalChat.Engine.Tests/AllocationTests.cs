using System.Diagnostics.Metrics;
using System.Text;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Storage;

namespace InternalChat.Engine.Tests;

/// <summary>Alone, because the runtime counts allocations of the whole process.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int WindowMessages = 200;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_in_steady_state_allocates_nothing(bool isMeasured)
    {
        const int Windows = 200;
        const int MostRounds = 50;
        using var listener = new MeterListener();
        using var meter = new Meter("test");
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        await using var server = new TestServer(
            TestServer.Quiet with { Live = TestServer.QuietLive with { MaxPending = 1_000 } },
            storeOver: static log => new NullAppends(log), meter: isMeasured ? meter : null);
        await using var bob = new CountingPeer(server.Engine);
        await using var alice = new CountingPeer(server.Engine);
        bob.Send("AUTH bob password\n"u8);
        bob.WaitForLines(1);
        alice.Send("AUTH alice password\n"u8);
        alice.WaitForLines(1);
        var window = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, WindowMessages).Select(static i => $"MSG bob {i:D4} {new string('x', 95)}\n")));

        Exchange(alice, bob, window, Windows);
        // What messages allocate shows in every round. What the runtime does beside does not: a method that is compiled once more, or a
        // thread of the pool.
        var least = double.MaxValue;
        for (var round = 0; round < MostRounds && least > 0.05; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Exchange(alice, bob, window, Windows);
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            least = Math.Min(least, (double)allocated / (Windows * WindowMessages));
        }

        Assert.InRange(least, 0, 0.05);
    }

    private static void Exchange(CountingPeer alice, CountingPeer bob, byte[] window, int windows)
    {
        for (var i = 0; i < windows; i++)
        {
            alice.Send(window);
            bob.WaitForLines(WindowMessages);
            alice.WaitForLines(WindowMessages);
        }
    }

    /// <summary>Accounts are real, messages go nowhere.</summary>
    private sealed class NullAppends(IStoreWriter store) : DelegatingStoreWriter(store)
    {
        private long _lastMessageId;

        public override AppendedMessage Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt) =>
            new(++_lastMessageId, 0);

        public override SessionEntry Enter(long accountId) => new(EntryOutcome.Entered, default, BlocksAnybody: false);

        public override Mailbox GetMailbox(long accountId) => default;

        public override void SetDeliveredThrough(long accountId, long messageId)
        {
        }
    }
}
