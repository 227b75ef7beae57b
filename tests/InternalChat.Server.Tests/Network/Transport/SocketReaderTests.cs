using System.Buffers;
using System.Net.Sockets;
using InternalChat.Server.Network.Transport;
using InternalChat.TestKit;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Tests.Network.Transport;

public sealed class SocketReaderTests : TransportTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reads_what_the_peer_sends_and_then_its_end(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix);
        Send(peer, "one");
        Assert.Equal("one", await TakeAsync(connection, 3));
        var waiting = BeginRead(connection);
        Assert.False(waiting.IsCompleted);
        Send(peer, "two");
        var second = await Soon(waiting);
        Assert.Equal(3, second.Buffer.Length);
        connection.Transport.Input.AdvanceTo(second.Buffer.Start);
        Assert.Equal("two", await TakeAsync(connection, 3));
        peer.Shutdown(SocketShutdown.Send);
        var end = await ReadAsync(connection);
        Assert.True(end.IsCompleted);
        Assert.True(end.Buffer.IsEmpty);
        Assert.True((await ReadAsync(connection)).IsCompleted);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task What_was_not_examined_is_returned_again_at_once()
    {
        var (connection, peer) = await PairAsync();
        Send(peer, "abcd");
        var first = await ReadAsync(connection);
        connection.Transport.Input.AdvanceTo(first.Buffer.GetPosition(1), first.Buffer.GetPosition(2));
        var reading = BeginRead(connection);
        Assert.True(reading.IsCompletedSuccessfully);
        var second = await reading;
        Assert.Equal("bcd"u8, second.Buffer.ToArray());
        connection.Transport.Input.AdvanceTo(second.Buffer.Start, second.Buffer.End);
        Assert.False(connection.Transport.Input.TryRead(out _));
        Send(peer, "e");
        Assert.Equal("bcde", await TakeAsync(connection, 4));
    }

    [Fact]
    public async Task Keeps_the_order_of_bytes_that_come_in_any_pieces()
    {
        var (connection, peer) = await PairAsync();
        var sent = new byte[1_000_000];
        Random.Shared.NextBytes(sent);
        var sending = Task.Run(SendInPieces, TestContext.Current.CancellationToken);
        var received = new List<byte>();
        while (true)
        {
            var result = await ReadAsync(connection);
            // Leaves a piece of each, as a line that is not whole.
            var consumed = result.IsCompleted ? result.Buffer : result.Buffer.Slice(0, result.Buffer.Length * 3 / 4);
            received.AddRange(consumed.ToArray());
            connection.Transport.Input.AdvanceTo(consumed.End, result.Buffer.End);
            if (result.IsCompleted)
                break;
        }

        await Soon(sending);
        Assert.Equal(sent, received);

        void SendInPieces()
        {
            for (var at = 0; at < sent.Length;)
                at += peer.Send(sent.AsSpan(at, Math.Min(1 + (at % 7_001), sent.Length - at)));
            peer.Shutdown(SocketShutdown.Send);
        }
    }

    [Fact]
    public async Task A_peer_that_has_always_more_to_read_takes_turns_with_the_others()
    {
        var (connection, peer) = await PairAsync();
        var sent = Fill(peer);
        peer.Shutdown(SocketShutdown.Send);
        var received = 0L;
        var turns = 1;
        while (true)
        {
            var reading = BeginRead(connection);
            // All that is to come lies there: what waits does not wait for the peer.
            turns += reading.IsCompleted ? 0 : 1;
            var result = await Soon(reading);
            received += result.Buffer.Length;
            connection.Transport.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                break;
        }

        Assert.Equal(sent, received);
        Assert.InRange(turns, Math.Max(2, sent / (10 * SocketInput.MaxBufferedBytes)), int.MaxValue);

        // As much as the kernel takes for one who does not read.
        static long Fill(Socket peer)
        {
            peer.Blocking = false;
            var sent = 0L;
            int count;
            while ((count = peer.Send(new byte[16 * 1024], SocketFlags.None, out _)) > 0)
                sent += count;
            return sent;
        }
    }

    [Fact]
    public async Task Receives_no_more_than_its_bound_ahead_of_its_consumer()
    {
        var (connection, peer) = await PairAsync();
        peer.Send(new byte[2 * SocketInput.MaxBufferedBytes]);
        var most = 0L;
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            while (true)
            {
                var result = await ReadAsync(connection);
                most = Math.Max(most, result.Buffer.Length);
                connection.Transport.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        });
        Assert.InRange(most, SocketInput.MaxBufferedBytes / 2, SocketInput.MaxBufferedBytes);
    }

    [Fact]
    public async Task A_cancelled_read_returns_and_the_next_one_gets_what_comes()
    {
        var (connection, peer) = await PairAsync();
        var input = connection.Transport.Input;
        var waiting = BeginRead(connection);
        input.CancelPendingRead();
        var result = await Soon(waiting);
        Assert.True(result.IsCanceled);
        Assert.True(result.Buffer.IsEmpty);
        input.AdvanceTo(result.Buffer.End);

        input.CancelPendingRead();
        Assert.True((await ReadAsync(connection)).IsCanceled);
        var next = BeginRead(connection);
        Assert.False(next.IsCompleted);
        Send(peer, "x");
        Assert.Equal(1, (await Soon(next)).Buffer.Length);
    }

    [Fact]
    public async Task Cancelling_beside_bytes_that_arrive_loses_neither()
    {
        var (connection, peer) = await PairAsync();
        var input = connection.Transport.Input;
        var received = 0L;
        for (var round = 0; round < 2_000; round++)
        {
            var waiting = BeginRead(connection);
            var canceling = Task.Run(input.CancelPendingRead, TestContext.Current.CancellationToken);
            Send(peer, "x");
            await Soon(canceling);
            var hasCancelled = false;
            while (!hasCancelled || received <= round)
            {
                var result = await Soon(waiting);
                hasCancelled |= result.IsCanceled;
                received += result.Buffer.Length;
                input.AdvanceTo(result.Buffer.End);
                if (!hasCancelled || received <= round)
                    waiting = BeginRead(connection);
            }
        }

        Assert.Equal(2_000, received);
    }

    [Fact]
    public async Task A_token_ends_the_wait_and_not_the_connection()
    {
        var (connection, peer) = await PairAsync();
        using var source = new CancellationTokenSource();
        var waiting = BeginRead(connection.Transport.Input, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(waiting));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(BeginRead(connection.Transport.Input, source.Token)));
        using var other = new CancellationTokenSource();
        var next = BeginRead(connection.Transport.Input, other.Token);
        Send(peer, "x");
        Assert.Equal(1, (await Soon(next)).Buffer.Length);
        await other.CancelAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_is_told_apart_from_an_end(bool whileWaiting)
    {
        var (connection, peer) = await PairAsync();
        var waiting = whileWaiting ? BeginRead(connection) : null;
        var closed = new TaskCompletionSource();
        using var registration = connection.ConnectionClosed.Register(closed.SetResult);
        Reset(peer);
        await Assert.ThrowsAsync<ConnectionResetException>(() => waiting is null ? ReadAsync(connection) : Soon(waiting));
        await Assert.ThrowsAsync<ConnectionResetException>(() => ReadAsync(connection));
        Assert.Throws<ConnectionResetException>(() => connection.Transport.Input.TryRead(out _));
        await Soon(closed.Task);
        await Soon(connection.DisposeAsync().AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_of_an_aborted_connection_throws_the_reason(bool whileWaiting)
    {
        var (connection, peer) = await PairAsync();
        var waiting = whileWaiting ? BeginRead(connection) : null;
        var reason = new ConnectionAbortedException("enough");
        connection.Abort(reason);
        connection.Abort(new ConnectionAbortedException("again"));
        var thrown = await Assert.ThrowsAsync<ConnectionAbortedException>(() => waiting is null ? ReadAsync(connection) : Soon(waiting));
        Assert.Same(reason, thrown);
        Assert.True(connection.ConnectionClosed.IsCancellationRequested);
        Assert.Empty(await ReceiveAllAsync(peer));
        await Soon(connection.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task A_position_that_was_not_read_is_refused()
    {
        var (connection, peer) = await PairAsync();
        Send(peer, "abc");
        var result = await ReadAsync(connection);
        var end = result.Buffer.End;
        Assert.Throws<ArgumentOutOfRangeException>(
            () => connection.Transport.Input.AdvanceTo(new SequencePosition(end.GetObject(), end.GetInteger() + 1)));
    }

    [Fact]
    public async Task Nothing_is_read_after_its_completion()
    {
        var (connection, _) = await PairAsync();
        connection.Transport.Input.Complete();
        Assert.Throws<InvalidOperationException>(() => connection.Transport.Input.TryRead(out _));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(connection));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_that_comes_when_nobody_reads_any_more_is_never_taken_for_an_end(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix);
        // The wait for the socket goes on when the read that began it has been given up.
        var read = BeginRead(connection);
        connection.Transport.Input.CancelPendingRead();
        Assert.True((await Soon(read)).IsCanceled);
        // On a Unix socket it is a reset because something lies unread.
        if (overUnix)
            await Soon(BeginWrite(connection, "unread"u8.ToArray()));
        Reset(peer);

        Assert.True(connection.Socket.Poll(Patience.Limit, SelectMode.SelectRead), "the reset did not arrive");
        Assert.Throws<ConnectionResetException>(() => connection.Transport.Input.TryRead(out _));
        await connection.DisposeAsync();
    }
}
